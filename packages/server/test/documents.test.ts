import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { createDocuments } from '../src/documents/documents.ts';
import { createFilesystemDocuments } from '../src/documents/filesystem.ts';
import { createMemoryDocuments } from '../src/documents/memory.ts';
import type { DocumentKind } from '../src/documents/source.ts';
import { documentsContract } from './documents-contract.ts';
import { collectionDocument } from './sample-documents.ts';

const paths: Readonly<Record<DocumentKind, string>> = {
  collection: 'backups.riotkit.org/v1alpha1/backupcollections',
  user: 'backups.riotkit.org/v1alpha1/backupusers',
  secret: 'v1/secrets',
};

documentsContract('memory', async () => {
  const source = createMemoryDocuments();
  return {
    source,
    async write(kind, name, document) {
      if (document) {
        source.put(kind, name, document);
      } else {
        source.remove(kind, name);
      }
    },
    close: async () => {},
  };
});

documentsContract('files', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'documents-'));
  return {
    source: createFilesystemDocuments({ folder, namespace: 'backups' }),
    async write(kind, name, document) {
      const path = join(folder, 'backups', paths[kind], `${name}.yaml`);
      await mkdir(dirname(path), { recursive: true });
      await (document ? writeFile(path, stringify(document)) : rm(path));
    },
    close: () => rm(folder, { recursive: true }),
  };
});

describe('the configuration folder', () => {
  let folder: string;
  let collections: string;
  const open = () =>
    createDocuments({
      source: createFilesystemDocuments({ folder: join(folder, 'config'), namespace: 'backups' }),
      onWarning: () => {},
    });

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'documents-'));
    collections = join(folder, 'config/backups', paths.collection);
    await mkdir(collections, { recursive: true });
  });
  afterAll(async () => {
    await rm(folder, { recursive: true });
  });

  it('may hold links within itself, as a mounted ConfigMap does', async () => {
    await writeFile(join(folder, 'config/data.yaml'), stringify(collectionDocument('linked')));
    await symlink('../../../../data.yaml', join(collections, 'linked.yaml'));
    expect(await open().findCollection('linked')).toMatchObject({ name: 'linked' });
  });

  it.each([
    [
      'a link that leads out',
      async (path: string) => {
        await writeFile(join(folder, 'outside.yaml'), stringify(collectionDocument('planted')));
        await symlink(join(folder, 'outside.yaml'), path);
      },
    ],
    ['a FIFO', async (path: string) => void execFileSync('mkfifo', [path])],
    ['a folder', (path: string) => mkdir(path)],
    ['a huge file', (path: string) => writeFile(path, 'a'.repeat(2 ** 21))],
    ['no YAML', (path: string) => writeFile(path, '{]')],
    ['a text', (path: string) => writeFile(path, 'text')],
    ['duplicate keys', (path: string) => writeFile(path, 'kind: a\nkind: b')],
    [
      'an alias bomb',
      (path: string) =>
        writeFile(
          path,
          Array.from({ length: 30 }, (_, i) => `a${i}: &a${i} [${i ? `*a${i - 1},*a${i - 1}` : 'x'}]`).join(
            '\n',
          ),
        ),
    ],
    ['another name', (path: string) => writeFile(path, stringify(collectionDocument('other')))],
  ])('has an unusable object, and nothing worse, for %s', async (_, plant) => {
    const path = join(collections, 'planted.yaml');
    await plant(path);
    const documents = open();
    await expect(documents.findCollection('planted')).rejects.toThrow('is not valid');
    await writeFile(join(collections, 'good.yaml'), stringify(collectionDocument('good')));
    expect((await documents.listCollections()).map((one) => one.name)).toContain('good');
    await rm(path, { recursive: true });
  });

  it('does not follow a link that leads out in the place of a file that it knows', async () => {
    const path = join(collections, 'swapped.yaml');
    const outside = join(folder, 'swapped.yaml');
    await writeFile(path, stringify(collectionDocument('swapped')));
    const documents = open();
    expect(await documents.findCollection('swapped')).toMatchObject({ name: 'swapped' });
    await writeFile(outside, stringify(collectionDocument('swapped')));
    await rm(path);
    await symlink(outside, path);
    await expect(documents.findCollection('swapped')).rejects.toThrow('is not valid');
    await rm(path);
  });

  it('says so when it cannot be read', async () => {
    const source = createFilesystemDocuments({ folder: join(folder, 'nowhere'), namespace: 'backups' });
    await expect(source.check()).rejects.toThrow('the configuration folder cannot be read');
  });
});
