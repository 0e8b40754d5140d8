import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { KubeObject } from '@backup-maker/kube';
import { Failure } from '@backup-maker/model';
import { type Document, parseAllDocuments } from 'yaml';

/** Largest file of definitions that is read, in bytes: far above what a person writes. */
const maxFileBytes = 16 * 1024 * 1024;

/** An object that a file defines, and where. */
export interface Definition {
  readonly source: string;
  readonly object: KubeObject;
}

/**
 * The Kubernetes objects in YAML files; of a folder, those in its files `*.yaml`, `*.yml` and `*.json`, by name.
 * @throws Failure `invalid-input` that names the file and what is wrong in it
 */
export async function readDefinitions(paths: readonly string[]): Promise<readonly Definition[]> {
  const files = (await Promise.all(paths.map(filesOf))).flat();
  return (await Promise.all(files.map(readFileDefinitions))).flat();
}

async function filesOf(path: string): Promise<readonly string[]> {
  const found = await stat(path).catch((cause: unknown) => {
    throw new Failure('invalid-input', `cannot read ${path}: check that it is there and readable`, { cause });
  });
  if (!found.isDirectory()) {
    return [path];
  }
  const entries = await readdir(path, { withFileTypes: true });
  const names = entries
    .filter((entry) => entry.isFile() && /\.(ya?ml|json)$/.test(entry.name))
    .map((entry) => entry.name);
  return names.sort().map((name) => join(path, name));
}

async function readFileDefinitions(file: string): Promise<readonly Definition[]> {
  if ((await stat(file)).size > maxFileBytes) {
    throw new Failure(
      'invalid-input',
      `${file} is larger than ${maxFileBytes} bytes: that is no file of definitions`,
    );
  }
  return parseDefinitions(await readFile(file, 'utf8'), file);
}

/**
 * The objects of a text with YAML documents. Empty documents are passed over, lists are taken apart.
 * @throws Failure `invalid-input`
 */
export function parseDefinitions(text: string, source: string): readonly Definition[] {
  return parseAllDocuments(text).flatMap((document) => {
    const error = document.errors[0];
    if (error) {
      throw new Failure('invalid-input', `${source}: ${error.message}`);
    }
    return objectsIn(readValue(document, source), source).map((object) => ({ source, object }));
  });
}

/** Aliases are bounded: ten short lines of them could stand for more than the memory holds. */
function readValue(document: Document.Parsed, source: string): unknown {
  try {
    return document.toJS({ maxAliasCount: 100 });
  } catch (cause) {
    throw new Failure('invalid-input', `${source}: ${cause instanceof Error ? cause.message : cause}`, {
      cause,
    });
  }
}

function objectsIn(value: unknown, source: string): readonly KubeObject[] {
  if (value === null || value === undefined) {
    return [];
  }
  const { apiVersion, kind, metadata, items } = value as Readonly<Record<string, unknown>>;
  if (kind === 'List' && Array.isArray(items)) {
    return items.flatMap((item) => objectsIn(item, source));
  }
  const name = (metadata as { name?: unknown } | undefined)?.name;
  if (typeof apiVersion !== 'string' || typeof kind !== 'string' || typeof name !== 'string') {
    throw new Failure('invalid-input', `${source}: an object needs apiVersion, kind and metadata.name`);
  }
  return [value as KubeObject];
}
