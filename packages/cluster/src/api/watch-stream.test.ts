import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { WatchStream } from './watch-stream.ts';

const slow = (): PassThrough => new PassThrough({ highWaterMark: 10, readableHighWaterMark: 10 });

test('lines come in order, no faster than they are read, and none is made before its turn', async () => {
  const response = slow();
  const stream = new WatchStream({ response, maxLagBytes: 1_000_000 });
  let made = 0;
  for (let index = 0; index < 3000; index += 1) {
    stream.push(() => {
      made += 1;
      return `${index}\n`;
    }, 5);
  }
  expect(made).toBeLessThan(50);
  let text = '';
  response.on('data', (chunk) => {
    text += String(chunk);
    if (text.endsWith('\n2999\n')) {
      stream.end();
    }
  });
  await once(response, 'end');
  expect(text).toBe(Array.from({ length: 3000 }, (_, index) => `${index}\n`).join(''));
});

test('a reader that is too far behind is cut off; what was there at the beginning does not count', () => {
  const response = slow();
  const stream = new WatchStream({ response, maxLagBytes: 1000 });
  for (let index = 0; index < 100; index += 1) {
    stream.push(() => 'x'.repeat(100), 0);
  }
  expect(response.destroyed).toBe(false);
  for (let index = 0; index < 11; index += 1) {
    stream.push(() => 'x'.repeat(100), 100);
  }
  expect(response.destroyed).toBe(true);
});

test('what comes between the end of a stream and its close is dropped', () => {
  const response = slow();
  const stream = new WatchStream({ response, maxLagBytes: 1000 });
  stream.end();
  expect(() => stream.push(() => 'late', 4)).not.toThrow();
  expect(response.destroyed).toBe(false);
});
