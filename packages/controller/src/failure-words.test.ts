import { Secret as Hidden } from '@backup-maker/model';
import { describe, expect, it } from 'vitest';
import { failureWords } from './failure-words.ts';
import type { Pod } from './kinds.ts';

const pod = (
  message: string | undefined,
  { name = 'p', exitCode = 3, at = '2026-01-01T00:00:00Z' } = {},
): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, creationTimestamp: at },
  status: {
    containerStatuses: [{ name: 'main', state: { terminated: { exitCode, ...(message && { message }) } } }],
  },
});

const words = (message: string, ...secrets: string[]) =>
  failureWords(
    [pod(message)],
    secrets.map((secret) => new Hidden(secret)),
  );

describe('the words of a failed run', () => {
  it('are its last lines in one', () => {
    const log = [
      '1',
      '2',
      '3',
      'pg_dump: error: refused',
      '\tIs it running?',
      '',
      '\u001b[31merror:\u001b[0m exit code 3',
      '',
    ];
    expect(words(log.join('\n'))).toBe(
      '1; 2; 3; pg_dump: error: refused; Is it running?; error: exit code 3',
    );
    expect(words(['0', ...log].join('\n'))).toMatch(/^1; 2; /);
  });

  it('are bounded', () => {
    expect(words(Array.from({ length: 50 }, () => 'x'.repeat(5000)).join('\n'))?.length).toBeLessThan(1600);
  });

  it.each([
    ['a password', 'no login for u with hunter2!', ['hunter2!'], 'no login for u with ***'],
    ['one value within another', 'a secret-long secret', ['secret', 'secret-long'], 'a *** ***'],
    [
      'a line of a key',
      'cannot read AAAABBBB here',
      ['-----BEGIN\nAAAABBBB\n-----END'],
      'cannot read *** here',
    ],
    ['a password in colours', 'no login with hun\u001b[31mter2!', ['hunter2!'], 'no login with ***'],
    ['a token', '> Authorization: Bearer eyJhbGciOi.J9.x-_y', [], '> Authorization: Bearer ***'],
    ['not what is too short to be one', 'no such db', ['no'], 'no such db'],
  ])('hide %s', (_what, message, secrets, expected) => {
    expect(words(message, ...secrets)).toBe(expected);
  });

  it('do not begin with the rest of a line that was cut, maybe within a secret', () => {
    const cut = `ter2!${'.'.repeat(60)}\n${'x'.repeat(1990)}\nthe end`;
    expect(words(cut, 'hunter2!')).toMatch(/^x{240}; the end$/);
  });

  it('are none where a cut leaves no whole line', () => {
    expect(words('x'.repeat(2048))).toBeUndefined();
  });

  it('are those of the newest pod that failed and spoke', () => {
    const pods = [
      pod('old', { name: 'a' }),
      pod('newer', { name: 'b', at: '2026-01-01T00:01:00Z' }),
      pod(undefined, { name: 'c', at: '2026-01-01T00:02:00Z' }),
      pod('{"versionNumber":1}', { name: 'd', exitCode: 0, at: '2026-01-01T00:03:00Z' }),
    ];
    expect(failureWords(pods, [])).toBe('newer');
    expect(failureWords(pods.slice(2), [])).toBeUndefined();
  });
});
