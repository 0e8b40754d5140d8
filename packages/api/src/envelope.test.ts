import { describe, expect, it } from 'vitest';
import { failureOfAnswer } from './envelope.ts';
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
      message: 'the server answered with status 502',
    });
  });

  it('keeps control characters from the terminal', () => {
    expect(failureOfAnswer(400, { error: 'a\u001b[2Jb' }).message).toBe('a [2Jb');
  });
});
