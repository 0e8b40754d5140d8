import { PassThrough } from 'node:stream';
import { expect, it } from 'vitest';
import { createLogger, parseLogLevel } from './log.ts';

it.each([
  [false, 'warning: careful\n'],
  [true, '\r\u001b[Kwarning: careful\n'],
])('takes the place of a line of progress on a terminal only (%s)', (isTTY, written) => {
  const stream = Object.assign(new PassThrough({ encoding: 'utf8' }), { isTTY });
  const logger = createLogger('warn', stream);
  logger.info('not said');
  logger.warn('careful');
  expect(stream.read()).toBe(written);
});

it.each([
  ['trace', 'debug'],
  ['debug', 'debug'],
  ['info', 'info'],
  ['WARN', 'warn'],
  ['warning', 'warn'],
  ['error', 'error'],
  ['fatal', 'error'],
  ['panic', 'error'],
  ['silent', 'silent'],
  ['loud', undefined],
  ['constructor', undefined],
])('the level %s is %s', (name, level) => {
  expect(parseLogLevel(name)).toBe(level);
});
