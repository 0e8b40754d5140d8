import { Type } from 'typebox';
import { durationPattern } from '../duration.ts';

/** A DNS-1123 subdomain, what Kubernetes names its objects with. */
export const objectNamePattern = '^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$';

export const ObjectName = (description: string) =>
  Type.String({ description, pattern: objectNamePattern, maxLength: 253 });

/**
 * The name of another object, or an empty text for none. Looser than `ObjectName`: existing objects have such names,
 * and one that nothing is named by is reported as missing.
 */
export const Reference = (description: string) => Type.String({ description });

/** As existing schemas let it through, such as `10MB`; `parseSize` is strict. */
export const Size = (description: string) => Type.String({ description, pattern: '([0-9]+)(B|K|M|G|T)' });

export const Duration = (description: string) =>
  Type.String({ description, pattern: durationPattern, maxLength: 64 });

/** A text that is one of a list once `normalize` has seen it; the schema lets through what existing objects have. */
export const Known = <Value extends string>(options: {
  readonly description: string;
  readonly default?: Value;
}) => Type.Unsafe<Value>({ type: 'string', ...options });

/** A text of a closed list. */
export const OneOf = <const Values extends readonly string[]>(
  values: Values,
  options: { readonly description: string; readonly default?: Values[number] },
) => Type.Unsafe<Values[number]>({ type: 'string', enum: values, ...options });

/** Any YAML, kept as it is; its reader checks it. */
export const Anything = (description: string) =>
  Type.Unsafe<Readonly<Record<string, unknown>>>({
    type: 'object',
    description,
    'x-kubernetes-preserve-unknown-fields': true,
  });

export const SecretEntryRef = (description: string) =>
  Type.Object(
    {
      name: Reference('name of the Secret'),
      entry: Type.String({ description: 'its entry' }),
    },
    { description },
  );

/** metav1.Condition, https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/condition */
const Condition = Type.Object({
  type: Type.String({ maxLength: 316 }),
  status: OneOf(['True', 'False', 'Unknown'], { description: 'whether the condition holds' }),
  observedGeneration: Type.Optional(Type.Integer({ minimum: 0 })),
  lastTransitionTime: Type.String({ format: 'date-time' }),
  reason: Type.String({ maxLength: 1024 }),
  message: Type.String({ maxLength: 32_768 }),
});

export const Conditions = Type.Array(Condition, {
  description: 'the state of the object, one entry a type',
  'x-kubernetes-list-type': 'map',
  'x-kubernetes-list-map-keys': ['type'],
});
