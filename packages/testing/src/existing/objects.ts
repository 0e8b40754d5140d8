import { type ExistingField, type ExistingKind, existingKinds } from './schemas.ts';

/** An object that the schemas of existing installations accept. */
export interface ExistingObject {
  readonly what: string;
  readonly kind: ExistingKind;
  readonly object: Readonly<Record<string, unknown>>;
}

interface Choice {
  /** Fields that may be left out are there. */
  readonly isMaximal: boolean;
  /** What stands in a text that may be any. */
  readonly text: string;
  readonly integer: number;
  /** Which of a closed list, or of the samples of a pattern, is taken; beyond the end it begins again. */
  readonly turn: number;
}

const texts = {
  'empty texts': '',
  'odd texts': 'É "quoted" \'text\' $(id) ${HOME}\n\tof two lines, ../.. and 漢字',
  'long texts': 'a text '.repeat(8192),
};

/** Minimal and maximal objects of every kind: with empty, odd and long texts, and every value of closed lists. */
export function existingObjects(): readonly ExistingObject[] {
  return existingKinds.flatMap((kind) => [
    ...(kind.spec.required
      ? []
      : [{ what: `${kind.kind} without a spec`, kind, object: objectOf(kind, undefined) }]),
    ...[false, true].flatMap((isMaximal) =>
      Object.entries(texts).flatMap(([name, text]) =>
        [-1, 0, 1, 2, 3, 4, 5].map((turn) => ({
          what: `${isMaximal ? 'maximal' : 'minimal'} ${kind.kind}, ${name}, ${turn + 2} of 7`,
          kind,
          object: objectOf(kind, sampleOf(kind.spec, { isMaximal, text, integer: turn, turn: turn + 1 })),
        })),
      ),
    ),
  ]);
}

function objectOf({ apiVersion, kind }: ExistingKind, spec: unknown) {
  return { apiVersion, kind, metadata: { name: 'existing' }, ...(spec === undefined ? {} : { spec }) };
}

function sampleOf(field: ExistingField, choice: Choice): unknown {
  switch (field.type) {
    case 'string': {
      const values = field.oneOf ?? field.samples ?? [choice.text];
      return values[choice.turn % values.length];
    }
    case 'integer':
      return choice.integer;
    case 'boolean':
      return choice.turn % 2 === 1;
    case 'array':
      return choice.isMaximal && field.items ? [sampleOf(field.items, choice)] : [];
    case 'object': {
      const given = Object.entries(field.fields ?? {}).filter(
        ([, child]) => choice.isMaximal || child.required === true,
      );
      return Object.fromEntries(given.map(([name, child]) => [name, sampleOf(child, choice)]));
    }
    default:
      return field.type satisfies never;
  }
}
