import { describe, expect, it } from 'vitest';
import { parseStoredPassword } from './argon2-string.ts';
import { createPasswordChecker, encodePassword } from './password.ts';

const base64 = (text: string) => Buffer.from(text).toString('base64');
const salt = 'c29tZXNhbHRzb21lc2FsdA';
const hash = 'A'.repeat(43);

describe('a stored password', () => {
  it('is recognized, and no other', async () => {
    const checker = createPasswordChecker();
    const stored = parseStoredPassword(await encodePassword('pässword'));
    expect(await checker.check('pässword', stored)).toBe(true);
    expect(await checker.check('password', stored)).toBe(false);
    expect(await checker.check('', stored)).toBe(false);
    expect(await checker.check('pässword', undefined)).toBe(false);
  });

  it('of the reference implementation is recognized', async () => {
    // From the test vectors of https://github.com/P-H-C/phc-winner-argon2
    const text = '$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc';
    const checker = createPasswordChecker();
    expect(await checker.check('password', parseStoredPassword(text))).toBe(true);
    expect(await checker.check('Password', parseStoredPassword(text))).toBe(false);
  });

  const text = `$argon2id$v=19$m=64,t=1,p=4$${salt}==$${hash}=`;
  it.each([
    ['as it is', text],
    ['without padding', text.replaceAll('=$', '$').replace(/=$/, '')],
    ['in base64', base64(text)],
    ['with line ends', `${base64(`${text}\n`)}\n`],
    ['in base64 of lines, as the program base64 writes it', base64(text).replace(/.{76}/g, '$&\n')],
    ['in the base64 of an API server too', base64(base64(text))],
    ['in that with line ends', base64(`${base64(text)}\n`)],
  ])('may be written %s', (_, stored) => {
    expect(parseStoredPassword(stored)).toMatchObject({ memoryKib: 64, hash: Buffer.alloc(32) });
  });

  it('is made with padded salt and hash, in padded base64, which other servers need', async () => {
    const encoded = await encodePassword('x');
    expect(encoded.length % 4).toBe(0);
    expect(Buffer.from(encoded, 'base64').toString()).toMatch(
      /^\$argon2id\$v=19\$m=65536,t=1,p=4\$[A-Za-z0-9+/]{22}==\$[A-Za-z0-9+/]{43}=$/,
    );
  });

  it('is different every time', async () => {
    expect(await encodePassword('x')).not.toBe(await encodePassword('x'));
  });

  it.each([
    ['', 'neither an Argon2id string nor the base64'],
    ['$argon2i$v=19$m=64,t=1,p=1$c29tZXNhbHQ$AAAA', 'neither an Argon2id string'],
    [`$argon2id$v=16$m=64,t=1,p=1$${salt}$${hash}`, 'neither an Argon2id string'],
    [`$argon2id$v=19$m=4194304,t=1,p=1$${salt}$${hash}`, 'memoryKib 4194304'],
    [`$argon2id$v=19$m=64,t=1000,p=1$${salt}$${hash}`, 'passes 1000'],
    [`$argon2id$v=19$m=64,t=1,p=200$${salt}$${hash}`, 'parallelism 200'],
    [`$argon2id$v=19$m=64,t=0,p=1$${salt}$${hash}`, 'passes 0'],
    [`$argon2id$v=19$m=64,t=1,p=1$YWI$${hash}`, 'saltBytes 2'],
    [`$argon2id$v=19$m=64,t=1,p=1$${salt}$AAAA`, 'hashBytes 3'],
  ])('%s is refused, without being shown', (text, message) => {
    expect(() => parseStoredPassword(base64(text))).toThrow(message);
    expect(() => parseStoredPassword(base64(text))).not.toThrow(salt);
  });
});
