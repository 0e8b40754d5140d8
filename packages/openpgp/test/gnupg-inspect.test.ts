import { randomBytes } from 'node:crypto';
import { createGnupg, type Gnupg, hasPrograms } from '@backup-maker/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createInspector, generateKey, type Inspection } from '../src/index.ts';

function inspect(message: Uint8Array, chunkBytes = message.length): Inspection {
  const inspector = createInspector();
  for (let offset = 0; offset < message.length; offset += chunkBytes) {
    inspector.write(message.subarray(offset, offset + chunkBytes));
  }
  return inspector.end();
}

describe.skipIf(!hasPrograms('gpg'))('inspection of what gpg wrote', () => {
  let gpg: Gnupg;
  let subkeys: readonly string[];
  const text = randomBytes(30_000);

  beforeAll(async () => {
    gpg = await createGnupg();
    for (const email of ['a@example.org', 'b@example.org']) {
      await gpg.run(['--import'], (await generateKey({ email })).publicKeyArmored);
    }
    const listing = (await gpg.run(['--with-colons', '--list-keys'])).toString();
    subkeys = [...listing.matchAll(/^sub:(?:[^:]*:){3}([0-9A-F]{16})/gm)].map((match) => match[1] ?? '');
  });
  afterAll(() => gpg[Symbol.asyncDispose]());

  it.each([
    ['binary', []],
    ['armored', ['--armor']],
    ['not compressed', ['--compress-algo', 'none']],
    ['armored with a comment', ['--armor', '--comment', 'nightly', '--emit-version']],
  ])('accepts a message: %s', async (_name, args) => {
    const message = await gpg.run([...args, '--encrypt', '-r', 'a@example.org', '-r', 'b@example.org'], text);
    const expected = {
      armored: args.includes('--armor'),
      protection: 'mdc',
      recipientKeyIds: subkeys,
      hiddenRecipients: 0,
      passwords: 0,
    };
    for (const chunkBytes of [message.length, 64, 1]) {
      expect(inspect(message, chunkBytes)).toEqual(expected);
    }
  });

  it('counts hidden recipients and passwords', async () => {
    const message = await gpg.run(
      ['--encrypt', '--symmetric', '--passphrase', 'x', '-R', 'a@example.org'],
      text,
    );
    expect(inspect(message)).toMatchObject({ recipientKeyIds: [], hiddenRecipients: 1, passwords: 1 });
  });

  it.each([
    ['signed only', ['--store']],
    ['an unencrypted literal', ['--store', '--compress-algo', 'none']],
    ['armored, but not encrypted', ['--armor', '--store']],
    ['a key', ['--export']],
    ['an armored key', ['--armor', '--export']],
    [
      'without integrity protection',
      ['--rfc2440', '--cipher-algo', '3DES', '--encrypt', '-r', 'a@example.org'],
    ],
  ])('refuses %s', async (_name, args) => {
    const message = await gpg.run(args, text);
    expect(() => inspect(message)).toThrow(
      expect.objectContaining({ code: 'not-openpgp', details: { reason: 'no-header' } }),
    );
  });

  it.each([[[]], [['--armor']]])('finds a cut and a tail (%j)', async (args) => {
    const message = await gpg.run([...args, '--encrypt', '-r', 'a@example.org'], text);
    const noFooter = expect.objectContaining({ details: { reason: 'no-footer' } });
    const body = args.length > 0 ? message.toString().trimEnd() : message;
    const complete = Buffer.from(body);
    for (const cut of [1, 2, 30, 5_000, complete.length - 400]) {
      expect(() => inspect(complete.subarray(0, complete.length - cut))).toThrow(noFooter);
    }
    expect(() => inspect(Buffer.concat([complete, Buffer.from('x')]))).toThrow(noFooter);
    expect(() => inspect(Buffer.concat([complete, complete]))).toThrow(noFooter);
  });
});
