import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { createDocuments, type Documents } from '../src/documents/documents.ts';
import { unwrapEntry } from '../src/documents/secret-entry.ts';
import type { DocumentKind, DocumentSource } from '../src/documents/source.ts';
import { collectionDocument, secretDocument, userDocument } from './sample-documents.ts';

export interface DocumentsFixture {
  readonly source: DocumentSource;
  /** Write an object as its users would; `undefined` removes it. */
  write(kind: DocumentKind, name: string, document: object | undefined): Promise<void>;
  close(): Promise<void>;
}

/** What every source of documents does; what was written is seen soon, without a restart. */
export function documentsContract(name: string, open: () => Promise<DocumentsFixture>): void {
  describe(`documents in ${name}`, () => {
    let fixture: DocumentsFixture;
    let documents: Documents;
    const warnings: string[] = [];
    const seen = <T>(assertion: () => Promise<T>) => vi.waitFor(assertion, { timeout: 5000, interval: 20 });

    beforeAll(async () => {
      fixture = await open();
      documents = createDocuments({ source: fixture.source, onWarning: (text) => warnings.push(text) });
      await seen(() => documents.check());
    });
    beforeEach(() => {
      warnings.length = 0;
    });
    afterAll(async () => {
      await documents?.close();
      await fixture?.close();
    });

    it('are found by name, and not when they are not there', async () => {
      await fixture.write('collection', 'iwa-ait', collectionDocument('iwa-ait'));
      await fixture.write('user', 'admin', userDocument('admin', { roles: ['systemAdmin'] }));
      await seen(async () => {
        expect(await documents.findCollection('iwa-ait')).toMatchObject({
          name: 'iwa-ait',
          limits: { maxOneVersionBytes: 1024 ** 2 },
        });
        expect(await documents.findUser('admin')).toMatchObject({ name: 'admin', roles: ['systemAdmin'] });
      });
      expect(await documents.findCollection('unknown')).toBeUndefined();
      expect(await documents.findUser('iwa-ait')).toBeUndefined();
    });

    it('are listed, and removed ones are not', async () => {
      await fixture.write('collection', 'list-a', collectionDocument('list-a'));
      await fixture.write('collection', 'list-b', collectionDocument('list-b'));
      await fixture.write('collection', 'list-a', undefined);
      await seen(async () => {
        const names = (await documents.listCollections()).map((collection) => collection.name);
        expect(names).toContain('list-b');
        expect(names).not.toContain('list-a');
      });
    });

    it('take effect when they change', async () => {
      await fixture.write('user', 'changing', userDocument('changing'));
      await seen(async () =>
        expect(await documents.findUser('changing')).toMatchObject({ deactivated: false }),
      );
      await fixture.write('user', 'changing', userDocument('changing', { deactivated: true }));
      await seen(async () =>
        expect(await documents.findUser('changing')).toMatchObject({ deactivated: true }),
      );
    });

    it.each([
      ['a size that is none', { maxOneVersionSize: 'many' }, 'maxOneVersionSize'],
      ['a schedule that is none', { windows: [{ from: 'at night', duration: '1h' }] }, 'at night'],
      ['a time zone that nobody knows', { strategyName: 'gfs', timeZone: 'Mars/Olympus' }, 'Mars/Olympus'],
      ['a missing field', { filenameTemplate: undefined }, 'filenameTemplate'],
    ])('are unusable alone when not valid: %s', async (_, spec, named) => {
      await fixture.write('collection', 'good', collectionDocument('good'));
      await fixture.write('collection', 'bad', collectionDocument('bad', spec));
      await seen(async () => {
        await expect(documents.findCollection('bad')).rejects.toThrow('the definition of collection "bad"');
        expect(await documents.findCollection('good')).toBeDefined();
      });
      expect(documents.problems().map((problem) => problem.name)).toEqual(['bad']);
      expect(warnings.join()).toContain(named);
      await fixture.write('collection', 'bad', undefined);
      await seen(async () => expect(await documents.findCollection('bad')).toBeUndefined());
      expect(documents.problems()).toEqual([]);
    });

    it('read the entries of a Secret, and no others', async () => {
      await fixture.write('secret', 'passwords', secretDocument('passwords', { admin: 'pässword' }));
      await seen(async () => {
        const secret = await documents.findSecret({ name: 'passwords', entry: 'admin' });
        expect(unwrapEntry(secret?.reveal() ?? '', /^pässword$/)).toBe('pässword');
      });
      for (const entry of ['other', '__proto__', 'constructor', 'toString']) {
        expect(await documents.findSecret({ name: 'passwords', entry })).toBeUndefined();
      }
      expect(await documents.findSecret({ name: 'unknown', entry: 'admin' })).toBeUndefined();
    });

    it.each([
      '',
      '.',
      '..',
      '../x',
      '..\\x',
      'a/../b',
      '/etc/passwd',
      'a/b',
      'a\0b',
      'a\nb',
      'a ',
      'a.',
      'CON',
      '__proto__',
      'constructor/..',
      'é',
      'x'.repeat(4096),
    ])('are not found under the name %j', async (bad) => {
      expect(await documents.findCollection(bad)).toBeUndefined();
      expect(await documents.findUser(bad)).toBeUndefined();
      expect(await documents.findSecret({ name: bad, entry: 'x' })).toBeUndefined();
    });
  });
}
