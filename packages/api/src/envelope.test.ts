import { describe, expect, it } from 'vitest';
import { failureOfAnswer, isForeignAnswer } from './envelope.ts';
import { messages, uploadMessages } from './messages.ts';

describe('failureOfAnswer', () => {
  it.each([
    [messages.parallelUpload, 'busy'],
    [messages.windowClosed, 'window-closed'],
    [messages.mayNotUpload, 'forbidden'],
    [messages.mayNotDownload, 'forbidden'],
    [messages.collectionNotFound, 'not-found'],
    [messages.versionNotFound, 'not-found'],
    [uploadMessages.noHeader, 'not-openpgp'],
    [uploadMessages.noFooter, 'not-openpgp'],
    [uploadMessages.empty, 'not-openpgp'],
    [uploadMessages.overQuota(2, 1), 'quota-exceeded'],
    ['something else', 'internal'],
  ])('knows what an older server means by 500 and "%s"', (error, code) => {
    expect(failureOfAnswer(500, { status: false, error, data: {} })).toMatchObject({ code, message: error });
  });

  it('takes the reason that a server gives, and the status where it gives none', () => {
    const error = messages.parallelUpload;
    expect(failureOfAnswer(500, { error, reason: 'unavailable' })).toMatchObject({ code: 'unavailable' });
    expect(failureOfAnswer(403, { error })).toMatchObject({ code: 'forbidden' });
    expect(failureOfAnswer(502, '<html>')).toMatchObject({
      code: 'unavailable',
      message: expect.stringMatching(/^the server answered with status 502: a proxy cannot reach the server/),
    });
  });

  it('knows an answer that no Backup Repository gave, and says what to change where that helps', () => {
    expect(isForeignAnswer(failureOfAnswer(413, undefined))).toBe(true);
    expect(failureOfAnswer(413, undefined).message).toContain('client_max_body_size');
    expect(failureOfAnswer(418, { message: '' }).message).toBe('the server answered with status 418');
    expect(isForeignAnswer(failureOfAnswer(413, { status: false, error: 'too large' }))).toBe(false);
    expect(failureOfAnswer(401, { message: 'cookie token is empty' }).message).toBe('cookie token is empty');
  });

  it.each([
    ['7', { retryAfterSeconds: 7 }],
    ['Fri, 27 Nov 2026 12:00:00 GMT', {}],
    ['-1', {}],
    [null, {}],
  ])('takes Retry-After: %s', (header, details) => {
    const { details: found } = failureOfAnswer(429, { error: 'slow down' }, header);
    expect(found).toEqual({ status: 429, ...details });
  });

  it('keeps control characters from the terminal', () => {
    expect(failureOfAnswer(400, { error: 'a\u001b[2Jb' }).message).toBe('a [2Jb');
  });
});
