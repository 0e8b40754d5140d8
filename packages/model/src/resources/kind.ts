import type { Static, TObject, TSchema } from 'typebox';

/** The metadata of a Kubernetes object, as far as this project reads it. */
export interface ObjectMeta {
  readonly name: string;
  readonly namespace?: string;
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly generation?: number;
  readonly creationTimestamp?: string;
  readonly deletionTimestamp?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

export interface PrinterColumn {
  readonly name: string;
  readonly type: 'string' | 'integer' | 'boolean' | 'date';
  readonly jsonPath: string;
  /** 0 is always shown; higher numbers only with `-o wide`. */
  readonly priority?: number;
}

/**
 * A rule that the schema cannot say, once as CEL for API servers that have it (1.25 and newer) and once as a
 * function for everywhere else.
 */
export interface Rule<Spec> {
  /** Left out for what existing API servers hold already: such an object is stored, and said to be not valid. */
  readonly cel?: string;
  readonly message: string;
  /** Left out for a rule about a change (`oldSelf`): only an API server sees both states. */
  readonly holds?: (spec: Spec) => boolean;
}

/** All that is known of a kind; its CRD, its validation and its reference page are made from this. */
export interface Kind<
  Spec extends TObject = TObject,
  Status extends TSchema | undefined = TSchema | undefined,
> {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
  readonly singular: string;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  readonly scope: 'Namespaced' | 'Cluster';
  readonly description: string;
  readonly spec: Spec;
  readonly status: Status;
  readonly columns: readonly PrinterColumn[];
  readonly rules: readonly Rule<Static<Spec>>[];
  /** False where existing objects may lack it; such an object is not valid, but it can be stored. */
  readonly requiresSpec: boolean;
  /**
   * Makes what the schema lets through for the sake of existing objects into what the types say, before the rules
   * are looked at. `warn` is told what is left out, with the path of its field.
   */
  readonly normalize?: (spec: Static<Spec>, warn: (message: string) => void) => Static<Spec>;
}

/** Keeps the exact schema types of a kind's definition. */
export function defineKind<Spec extends TObject, Status extends TSchema | undefined>(
  kind: Kind<Spec, Status>,
): Kind<Spec, Status> {
  return Object.freeze(kind);
}

/** An object of a kind after its input was parsed: defaults are filled in, rules hold. */
export interface Resource<K extends Kind> {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ObjectMeta;
  readonly spec: Static<K['spec']>;
  readonly status?: K['status'] extends TSchema ? Static<K['status']> : undefined;
}

/** `group/version`, the `apiVersion` of a kind's objects. */
export function apiVersionOf(kind: Kind): string {
  return `${kind.group}/${kind.version}`;
}
