import { Secret } from '@backup-maker/model';
import { describe, expect, it } from 'vitest';
import { parseStoredPassword } from './argon2-string.ts';
import { createPasswordChecker, encodePassword } from './password.ts';

const base64 = (text: string) => Buffer.from(text).toString('base64');
const salt = 'c29tZXNhbHRzb21lc2FsdA';
const hash = 'A'.repeat(43);

describe('a stored password', () => {
  it('is recognized, and no other', async () => {
    const checker = createPasswordChecker();
    const stored = new Secret(await encodePassword('pässword'));
    expect(await checker.check('pässword', stored)).toBe(true);
    expect(await checker.check('password', stored)).toBe(false);
    expect(await checker.check('', stored)).toBe(false);
    expect(await checker.check('pässword', undefined)).toBe(false);
  });

  it('of the reference implementation is recognized', async () => {
    // From the test vectors of https://github.com/P-H-C/phc-winner-argon2
    const text = '$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc';
    const checker = createPasswordChecker();
    expect(await checker.check('password', new Secret(base64(text)))).toBe(true);
    expect(await checker.check('Password', new Secret(base64(text)))).toBe(false);
  });

  it('may have padding, and a line end', () => {
    expect(
      parseStoredPassword(`${base64(`$argon2id$v=19$m=64,t=1,p=4$${salt}==$${hash}=\n`)}\n`).hash,
    ).toHaveLength(32);
  });

  it('is different every time', async () => {
    expect(await encodePassword('x')).not.toBe(await encodePassword('x'));
  });

  it.each([
    ['', 'not the base64'],
    ['$argon2i$v=19$m=64,t=1,p=1$c29tZXNhbHQ$AAAA', 'not the base64'],
    [`$argon2id$v=16$m=64,t=1,p=1$${salt}$${hash}`, 'not the base64'],
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

  it('that cannot be read lets nobody in, and is reported', async () => {
    const told: string[] = [];
    const checker = createPasswordChecker({ onUnreadable: (text) => told.push(text) });
    expect(await checker.check('x', new Secret('plain text'))).toBe(false);
    expect(told).toEqual([expect.stringContaining('--encode-password')]);
  });
});
