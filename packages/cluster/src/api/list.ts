import type { KubeObject } from '../object.ts';
import { badRequest, StatusError } from '../status-error.ts';
import type { Entry, StoreEvent } from '../store/history.ts';
import { firstAtOrAfter } from '../store/shelf.ts';
import type { Store } from '../store/store.ts';
import type { Matcher } from './selector.ts';

export interface ListQuery {
  readonly resource: string;
  readonly namespace: string | undefined;
  readonly matches: Matcher;
  readonly limit: number | undefined;
  readonly continueToken: string | undefined;
}

export interface Page {
  readonly entries: readonly Entry[];
  readonly revision: number;
  readonly continueToken: string | undefined;
  readonly remaining: number | undefined;
}

/** One page of a list. Later pages show the state that the first one saw, as long as the history reaches back to it. */
export function listPage(store: Store, query: ListQuery): Page {
  const from = query.continueToken === undefined ? undefined : decode(query.continueToken);
  const revision = from?.revision ?? store.revision;
  const all = entriesAt(store, query, revision);
  const rest = from === undefined ? all : all.slice(firstAtOrAfter(all, `${from.after}\0`));
  const limit = query.limit === undefined || query.limit === 0 ? Number.POSITIVE_INFINITY : query.limit;
  const entries: Entry[] = [];
  for (const [index, entry] of rest.entries()) {
    if (!query.matches(entry.object)) {
      continue;
    }
    if (entries.length === limit) {
      const after = entries.at(-1)?.key ?? '';
      return {
        entries,
        revision,
        continueToken: encode({ revision, after }),
        remaining: rest.length - index,
      };
    }
    entries.push(entry);
  }
  return { entries, revision, continueToken: undefined, remaining: undefined };
}

/** The entries as they were: today's, with every later change undone. */
function entriesAt(store: Store, { resource, namespace }: ListQuery, revision: number): readonly Entry[] {
  const now = store.list(resource, namespace);
  if (revision === store.revision) {
    return now;
  }
  const later = store.history.after(revision);
  if (later === undefined) {
    throw new StatusError(
      'Expired',
      'The provided continue parameter is too old to display a consistent list result: start the list again',
    );
  }
  const changes = later.filter(
    (event) => event.resource === resource && inNamespace(event.entry.object, namespace),
  );
  return changes.length === 0 ? now : undone(now, changes);
}

function undone(now: readonly Entry[], changes: readonly StoreEvent[]): readonly Entry[] {
  const entries = new Map(now.map((entry) => [entry.key, entry] as const));
  for (const { entry, previous } of changes.toReversed()) {
    if (previous === undefined) {
      entries.delete(entry.key);
    } else {
      entries.set(entry.key, previous);
    }
  }
  return [...entries.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
}

function inNamespace(object: KubeObject, namespace: string | undefined): boolean {
  return namespace === undefined || object.metadata.namespace === namespace;
}

interface Position {
  readonly revision: number;
  readonly after: string;
}

function encode(position: Position): string {
  return Buffer.from(JSON.stringify(position), 'utf8').toString('base64url');
}

function decode(token: string): Position {
  try {
    const { revision, after } = JSON.parse(
      Buffer.from(token, 'base64url').toString('utf8'),
    ) as Partial<Position>;
    if (Number.isSafeInteger(revision) && typeof after === 'string') {
      return { revision: revision as number, after };
    }
  } catch {
    // said below
  }
  throw badRequest('continue key is not valid');
}
