import { constants, type Stats } from 'node:fs';
import { open, readdir, realpath, stat } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { apiVersionOf, Failure } from '@backup-maker/model';
import { parse } from 'yaml';
import { type DocumentKind, type DocumentSource, documentKinds, type RawDocument } from './source.ts';

export interface FilesystemDocumentsOptions {
  /** The folder that `--config-local-path` names. */
  readonly folder: string;
  readonly namespace: string;
}

const maxFileBytes = 1024 * 1024;
/** Enough for anchors that people write, far too few for a bomb. */
const maxAliasCount = 50;

interface CachedFile {
  readonly version: string;
  readonly document: RawDocument;
}

/**
 * Documents in files, one YAML file an object. A file is read again when it changed, so a change takes effect
 * with the next request; nothing is watched, because watching fails silently on network file systems.
 */
export function createFilesystemDocuments(options: FilesystemDocumentsOptions): DocumentSource {
  const cache = new Map<string, CachedFile>();
  const folderOf = (kind: DocumentKind) => join(options.folder, options.namespace, subfolders[kind]);
  return {
    name: 'filesystem',
    async find(kind, name) {
      const path = join(folderOf(kind), `${name}.yaml`);
      return readDocument(path, options.folder, cache);
    },
    async names(kind) {
      const files = await readdir(folderOf(kind)).catch(noFolder);
      return files
        .filter((file) => file.endsWith('.yaml'))
        .map((file) => file.slice(0, -'.yaml'.length))
        .toSorted();
    },
    async check() {
      try {
        await readdir(options.folder);
      } catch (cause) {
        throw new Failure('unavailable', 'the configuration folder cannot be read', { cause });
      }
    },
    async close() {},
  };
}

const subfolders: Readonly<Record<DocumentKind, string>> = {
  collection: join(apiVersionOf(documentKinds.collection), documentKinds.collection.plural),
  user: join(apiVersionOf(documentKinds.user), documentKinds.user.plural),
  secret: join('v1', 'secrets'),
};

async function readDocument(
  path: string,
  root: string,
  cache: Map<string, CachedFile>,
): Promise<RawDocument | undefined> {
  try {
    const cached = cache.get(path);
    // One system call for what has not changed: the same file that was found in the folder and parsed before.
    if (cached && cached.version === versionOf(await stat(path))) {
      return cached.document;
    }
    await insistInside(path, root);
    // O_NONBLOCK: a FIFO in its place must not hang the server.
    await using handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const stats = await handle.stat();
    insistOnSmallFile(stats);
    const document = parseDocument(await handle.readFile('utf8'));
    cache.set(path, { version: versionOf(stats), document });
    return document;
  } catch (error) {
    cache.delete(path);
    if (isMissing(error)) {
      return undefined;
    }
    throw Failure.from(error, 'unavailable', 'a file of the configuration folder cannot be read');
  }
}

function versionOf({ dev, ino, size, mtimeMs, ctimeMs }: Stats): string {
  return `${dev}-${ino}-${size}-${mtimeMs}-${ctimeMs}`;
}

/** Symbolic links are how Kubernetes mounts a ConfigMap, so they are followed, but never out of the folder. */
async function insistInside(path: string, root: string): Promise<void> {
  const [realFile, realRoot] = await Promise.all([realpath(path), realpath(root)]);
  if (!realFile.startsWith(realRoot + sep)) {
    throw new Failure(
      'invalid-input',
      'the file is a symbolic link that leads out of the configuration folder',
    );
  }
}

function insistOnSmallFile(stats: Stats): void {
  if (!stats.isFile()) {
    throw new Failure('invalid-input', 'it is not a regular file');
  }
  if (stats.size > maxFileBytes) {
    throw new Failure('invalid-input', `the file is larger than ${maxFileBytes} bytes`);
  }
}

function parseDocument(text: string): RawDocument {
  let document: unknown;
  try {
    document = parse(text, { maxAliasCount, uniqueKeys: true, prettyErrors: false });
  } catch (cause) {
    // The parser's own message may quote the file, and the file may hold a secret.
    throw new Failure('invalid-input', 'the file is not valid YAML', { cause });
  }
  if (typeof document !== 'object' || document === null) {
    throw new Failure('invalid-input', 'the file holds no object');
  }
  return document;
}

function isMissing(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException | undefined)?.code;
  return code === 'ENOENT' || code === 'ENOTDIR';
}

function noFolder(error: unknown): string[] {
  if (isMissing(error)) {
    return [];
  }
  throw new Failure('unavailable', 'the configuration folder cannot be read', { cause: error });
}
