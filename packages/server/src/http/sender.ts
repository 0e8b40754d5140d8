import type { IncomingMessage } from 'node:http';
import { setTimeout as delay, setImmediate as nextTurn } from 'node:timers/promises';
import { Failure } from '@backup-maker/model';
import type { FastifyRequest } from 'fastify';
import type { Sender } from '../upload/upload.ts';

/** Headers with which a client names its body beforehand, or says what it is: it has the whole of it. */
const namingHeaders = ['idempotency-key', 'content-digest', 'repr-digest'] as const;

/** What proxies add. One that reads the whole body before it asks us puts in a length of its own. */
const proxyHeaders = [
  'via',
  'forwarded',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-proto',
  'x-real-ip',
] as const;

/**
 * Does the end of the body say that it is whole? A client that pipes a command has to end the body before it knows
 * how the command ended; it cannot tell a length, and takes a failed one back by closing the connection.
 */
export function vouchesForBody({ headers, raw }: FastifyRequest): boolean {
  const has = (name: string) => headers[name] !== undefined;
  const passedOn = proxyHeaders.some(has) || raw.httpVersion === '1.0';
  return namingHeaders.some(has) || (has('content-length') && !passedOn);
}

export interface SenderOptions {
  /** For the message when the sender leaves. */
  readonly collection: string;
  /** How long it has to stay after its last byte. */
  readonly settleMs: number;
}

/** Watches whether the sender of a request stays, until it is disposed of. */
export function watchSender(
  request: IncomingMessage,
  { collection, settleMs }: SenderOptions,
): Sender & Disposable {
  const { socket } = request;
  const gone = new AbortController();
  const ended = Promise.withResolvers<number>();
  // A FIN is enough: what is written to a connection that the client has closed for its part is not read by it.
  const leave = () =>
    gone.abort(
      new Failure(
        'cancelled',
        `the client closed the connection before the upload to collection "${collection}" was recorded: nothing of it is stored`,
      ),
    );
  const end = () => ended.resolve(performance.now());
  socket.on('end', leave).on('close', leave).on('error', leave);
  request.once('end', end);
  if (socket.destroyed || socket.readableEnded) {
    leave();
  }
  const insistOnPresence = async () => {
    // A turn of the event loop: a FIN that the kernel has already is read in it.
    await nextTurn();
    gone.signal.throwIfAborted();
  };
  return {
    gone: gone.signal,
    insistOnPresence,
    async settled() {
      const leftMs = (await ended.promise) + settleMs - performance.now();
      await delay(Math.max(0, leftMs), undefined, { signal: gone.signal }).catch(() => {});
      await insistOnPresence();
    },
    [Symbol.dispose]() {
      socket.off('end', leave).off('close', leave).off('error', leave);
      request.off('end', end);
    },
  };
}
