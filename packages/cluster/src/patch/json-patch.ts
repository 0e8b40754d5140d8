import { isObject, type Json, type MutableJson, mutableCopy, sameJson } from '../json.ts';
import { badRequest, StatusError } from '../status-error.ts';

/** As many operations as the API server of Kubernetes takes. */
const maxOperations = 10_000;

type Pointer = readonly string[];

/** RFC 6902. A failed `test` or a path that isn't there gives 422, a malformed patch 400. */
export function jsonPatch(document: Json, patch: Json): Json {
  if (!Array.isArray(patch)) {
    throw badRequest('a JSON patch is a list of operations');
  }
  if (patch.length > maxOperations) {
    throw new StatusError('RequestEntityTooLarge', `the patch has more than ${maxOperations} operations`);
  }
  return patch.reduce<MutableJson>(apply, mutableCopy(document)) as Json;
}

function apply(document: MutableJson, operation: Json): MutableJson {
  if (!isObject(operation) || typeof operation.op !== 'string' || typeof operation.path !== 'string') {
    throw badRequest('each operation of a JSON patch has "op" and "path"');
  }
  const path = pointer(operation.path);
  const value = (): MutableJson => {
    if (operation.value === undefined) {
      throw badRequest(`the operation "${String(operation.op)}" needs a value`);
    }
    return mutableCopy(operation.value);
  };
  const from = (): Pointer => {
    if (typeof operation.from !== 'string') {
      throw badRequest(`the operation "${String(operation.op)}" needs "from"`);
    }
    return pointer(operation.from);
  };
  switch (operation.op) {
    case 'add':
      return add(document, path, value());
    case 'remove':
      return remove(document, path);
    case 'replace':
      return replace(document, path, value());
    case 'move': {
      const moved = find(document, from());
      return add(remove(document, from()), path, moved);
    }
    case 'copy':
      return add(document, path, mutableCopy(find(document, from()) as Json));
    case 'test':
      if (!sameJson(find(document, path), value())) {
        throw failed(`testing value ${operation.path} failed`);
      }
      return document;
    default:
      throw badRequest(`unknown operation "${operation.op}" in a JSON patch`);
  }
}

function failed(why: string): StatusError {
  return new StatusError('Invalid', `the server rejected our request due to an error in our request: ${why}`);
}

function pointer(text: string): Pointer {
  if (text !== '' && !text.startsWith('/')) {
    throw badRequest(`${JSON.stringify(text)} is no JSON pointer`);
  }
  return text
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
}

function find(document: MutableJson, path: Pointer): MutableJson {
  let here = document;
  for (const key of path) {
    here = child(here, key, path);
  }
  return here;
}

function child(parent: MutableJson, key: string, path: Pointer): MutableJson {
  const found = Array.isArray(parent)
    ? parent[itemIndex(parent, key, parent.length - 1, path)]
    : typeof parent === 'object' && parent !== null && Object.hasOwn(parent, key)
      ? parent[key]
      : undefined;
  if (found === undefined) {
    throw failed(`there is nothing at /${path.join('/')}`);
  }
  return found;
}

function itemIndex(list: readonly MutableJson[], key: string, last: number, path: Pointer): number {
  const index = key === '-' ? list.length : /^(0|[1-9]\d*)$/.test(key) ? Number(key) : Number.NaN;
  if (!(index <= last)) {
    throw failed(`there is no item ${key} at /${path.join('/')}`);
  }
  return index;
}

function add(document: MutableJson, path: Pointer, value: MutableJson): MutableJson {
  const key = path.at(-1);
  if (key === undefined) {
    return value;
  }
  const parent = find(document, path.slice(0, -1));
  if (Array.isArray(parent)) {
    parent.splice(itemIndex(parent, key, parent.length, path), 0, value);
  } else if (typeof parent === 'object' && parent !== null) {
    setMember(parent, key, value);
  } else {
    throw failed(`nothing can be added at /${path.join('/')}`);
  }
  return document;
}

function remove(document: MutableJson, path: Pointer): MutableJson {
  const key = path.at(-1);
  if (key === undefined) {
    return null;
  }
  const parent = find(document, path.slice(0, -1));
  child(parent, key, path);
  if (Array.isArray(parent)) {
    parent.splice(Number(key), 1);
  } else if (typeof parent === 'object' && parent !== null) {
    delete parent[key];
  }
  return document;
}

function replace(document: MutableJson, path: Pointer, value: MutableJson): MutableJson {
  const key = path.at(-1);
  if (key === undefined) {
    return value;
  }
  const parent = find(document, path.slice(0, -1));
  child(parent, key, path);
  if (Array.isArray(parent)) {
    parent[Number(key)] = value;
  } else if (typeof parent === 'object' && parent !== null) {
    setMember(parent, key, value);
  }
  return document;
}

/** Also for a member called `__proto__`, which a plain assignment would not make one. */
function setMember(parent: object, key: string, value: MutableJson): void {
  Object.defineProperty(parent, key, { value, enumerable: true, configurable: true, writable: true });
}
