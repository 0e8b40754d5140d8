import { describe, expect, it } from 'vitest';
import { passwordFor } from './password-file.ts';

describe('the password file', () => {
  it.each<[what: string, lines: string, host: string, password: string | undefined]>([
    ['a line for everything', '*:*:*:*:secret', 'db', 'secret'],
    ['a line for this server alone', 'db:5432:shop:app:secret', 'db', 'secret'],
    ['the first of two lines that fit', 'db:*:*:app:first\n*:*:*:*:second', 'db', 'first'],
    ['another host', 'other:*:*:*:x', 'db', undefined],
    ['another port', '*:5433:*:*:x', 'db', undefined],
    ['another database', '*:*:blog:*:x', 'db', undefined],
    ['another user', '*:*:*:root:x', 'db', undefined],
    ['a line for any database that is connected to', '*:*:technical:app:secret', 'db', 'secret'],
    ['a comment', '#db:*:*:*:x\ndb:*:*:*:secret', 'db', 'secret'],
    ['too few fields', 'db:*:*:x\n\ndb', 'db', undefined],
    ['a short line', '*:*:*:*:s', 'db', 's'],
    ['a colon behind the password', '*:*:*:*:a:b', 'db', 'a'],
    ['escapes in the password', String.raw`*:*:*:*:a\:b\\c\d` + '\\', 'db', 'a:b\\cd\\'],
    ['an empty password', '*:*:*:*:', 'db', ''],
    ['colons as they are in a field', '::1:*:*:*:secret', '::1', 'secret'],
    ['a field that goes on', 'dbs:*:*:*:x', 'db', undefined],
    ['a field that ends before', 'd:*:*:*:x', 'db', undefined],
    ['escapes in a field', String.raw`fe80\:\:1:*:*:*:secret`, 'fe80::1', 'secret'],
    ['an escaped backslash before a colon', String.raw`a\\:*:*:*:secret`, 'a\\', 'secret'],
    ['an escaped star, which is a star', String.raw`\*:*:*:*:secret`, 'db', undefined],
    ['lines of Windows', '*:*:*:*:secret\r\n', 'db', 'secret'],
    ['the default folder of the socket', 'localhost:*:*:*:secret', '/var/run/postgresql', 'secret'],
    ['the default folder, by name', '/tmp:*:*:*:secret', '/tmp', 'secret'],
    ['another folder', 'localhost:*:*:*:x', '/srv/sockets', undefined],
  ])('is read as libpq reads it: %s', (_what, lines, host, password) => {
    expect(passwordFor(lines, { host, port: 5432, user: 'app' }, ['shop', 'technical'])).toBe(password);
  });

  it('is read in linear time', () => {
    const line = `${'\\a'.repeat(500_000)}:*:*`;
    const connection = { host: 'db', port: 5432, user: 'app' };
    expect(passwordFor(`${line}\n*:*:*:*:secret`, connection, ['shop'])).toBe('secret');
  });
});
