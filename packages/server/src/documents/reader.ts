import { Failure, objectNamePattern } from '@backup-maker/model';
import type { DocumentKind, DocumentSource, RawDocument } from './source.ts';

/** An object that is there and cannot be used, with the reason. */
export interface DocumentProblem {
  readonly kind: DocumentKind;
  readonly name: string;
  readonly message: string;
}

export interface ParsedDocument<Value> {
  /** As it names itself. */
  readonly name: string;
  readonly value: Value;
  readonly warnings: readonly string[];
}

export interface ReaderOptions<Value> {
  readonly source: DocumentSource;
  readonly kind: DocumentKind;
  /** @throws Failure that says what is wrong with the document */
  readonly parse: (raw: RawDocument) => ParsedDocument<Value>;
  /** Told once of each version of an object that is not valid, and of fields that nobody knows. */
  readonly onWarning: (message: string) => void;
}

export interface Reader<Value> {
  /** @throws Failure `unavailable` when the object is there but not valid, or the source is away */
  find(name: string): Promise<Value | undefined>;
  /** Every valid object, by name. */
  list(): Promise<readonly Value[]>;
  /** Those that were asked for and not valid. */
  problems(): readonly DocumentProblem[];
}

type Outcome<Value> = { readonly value: Value } | { readonly problem: string };

/** Reads the objects of a kind; each is parsed once, as the source gives the same one until it changes. */
export function createReader<Value>({ source, kind, parse, onWarning }: ReaderOptions<Value>): Reader<Value> {
  const outcomes = new WeakMap<RawDocument, Outcome<Value>>();
  const problems = new Map<string, DocumentProblem>();

  function outcomeOf(raw: RawDocument, name: string): Outcome<Value> {
    const outcome = outcomes.get(raw) ?? judge(parse, raw, name, onWarning);
    outcomes.set(raw, outcome);
    return outcome;
  }

  async function read(name: string): Promise<Outcome<Value> | undefined> {
    const raw = await findRaw(source, kind, name);
    const outcome = raw instanceof Failure ? { problem: raw.message } : raw && outcomeOf(raw, name);
    if (outcome && 'problem' in outcome) {
      if (problems.get(name)?.message !== outcome.problem) {
        onWarning(`${kind} "${name}" is not usable: ${outcome.problem}`);
      }
      problems.set(name, { kind, name, message: outcome.problem });
    } else {
      problems.delete(name);
    }
    return outcome;
  }

  return {
    async find(name) {
      const outcome = await read(name);
      if (outcome && 'problem' in outcome) {
        throw new Failure(
          'unavailable',
          `the definition of ${kind} "${name}" is not valid. Ask an administrator to look into the server's log`,
        );
      }
      return outcome?.value;
    },
    async list() {
      const outcomes = await Promise.all((await source.names(kind)).map(read));
      return outcomes.flatMap((outcome) => (outcome && 'value' in outcome ? [outcome.value] : []));
    },
    problems: () => [...problems.values()],
  };
}

/**
 * The object; a Failure when it is there but unreadable; undefined when there is none, or can be none.
 * @throws Failure `unavailable` when the source is away
 */
export async function findRaw(
  source: DocumentSource,
  kind: DocumentKind,
  name: string,
): Promise<RawDocument | Failure | undefined> {
  if (!isObjectName(name)) {
    return undefined;
  }
  try {
    return await source.find(kind, name);
  } catch (error) {
    if (error instanceof Failure && error.code === 'invalid-input') {
      return error;
    }
    throw Failure.from(error, 'unavailable', 'the configuration cannot be read at the moment');
  }
}

const namePattern = new RegExp(objectNamePattern);

/** Also keeps `..`, separators and NUL out of every path that a name becomes part of. */
function isObjectName(name: string): boolean {
  return name.length <= 253 && namePattern.test(name) && !name.includes('..');
}

function judge<Value>(
  parse: ReaderOptions<Value>['parse'],
  raw: RawDocument,
  name: string,
  onWarning: (message: string) => void,
): Outcome<Value> {
  try {
    const parsed = parse(raw);
    parsed.warnings.forEach(onWarning);
    return parsed.name === name
      ? { value: parsed.value }
      : { problem: `its metadata.name is "${parsed.name}", which is not the name that it was found under` };
  } catch (error) {
    return { problem: error instanceof Failure ? error.message : 'it cannot be read' };
  }
}
