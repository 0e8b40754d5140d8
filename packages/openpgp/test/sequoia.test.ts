import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { hasPrograms } from '@backup-maker/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  createInspector,
  decrypt,
  encrypt,
  type PrivateKey,
  publicKeyOf,
  readPrivateKeys,
} from '../src/index.ts';
import { chunks, collect } from './streams.ts';

describe.skipIf(!hasPrograms('sq')).each(['cv25519', 'rsa3k', 'rsa4k'])('Sequoia with a %s key', (suite) => {
  let folder: string;
  let keyFile: string;
  let keys: readonly PrivateKey[];
  const plain = randomBytes(500_000);

  async function sq(args: readonly string[], input: Uint8Array = Buffer.alloc(0)): Promise<Buffer> {
    const child = spawn('sq', args, { stdio: ['pipe', 'pipe', 'pipe'] });
    child.stdin.end(input);
    const [output, messages, [code]] = await Promise.all([
      buffer(child.stdout),
      buffer(child.stderr),
      once(child, 'close'),
    ]);
    expect({ code, messages: messages.toString() }).toMatchObject({ code: 0 });
    return output;
  }

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sq-'));
    keyFile = join(folder, 'key.pgp');
    await sq([
      'key',
      'generate',
      '--cipher-suite',
      suite,
      '--userid',
      '<a@example.org>',
      '--export',
      keyFile,
    ]);
    keys = await readPrivateKeys(await readFile(keyFile));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it.each([[false], [true]])('decrypts what we encrypted (armored: %s)', async (armor) => {
    const message = await collect(
      encrypt(chunks(plain, 65536), { recipients: keys.map(publicKeyOf), armor }),
    );
    expect(plain.equals(await sq(['decrypt', '--recipient-key', keyFile], message))).toBe(true);
  });

  it.each([[['--binary']], [[]], [['--compression', 'zip']]])(
    'encrypts what we decrypt: %j',
    async (args) => {
      const message = await sq(['encrypt', ...args, '--recipient-cert', keyFile], plain);
      expect(plain.equals(await collect(decrypt(chunks(message, 65536), { privateKeys: keys })))).toBe(true);
      const inspector = createInspector();
      inspector.write(message);
      expect(inspector.end()).toMatchObject({ armored: !args.includes('--binary') });
    },
  );
});
