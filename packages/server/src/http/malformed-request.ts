import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { ErrorBody } from '@backup-maker/api';
import type { FailureCode } from '@backup-maker/model';

interface Refusal {
  readonly status: number;
  readonly reason: FailureCode;
  readonly error: string;
}

const malformed: Refusal = { status: 400, reason: 'invalid-input', error: 'the request is malformed' };

/** What Node's parser refuses before there is a request, by the codes of its errors. */
const refusals: Readonly<Record<string, Refusal>> = {
  ERR_HTTP_REQUEST_TIMEOUT: { status: 408, reason: 'timeout', error: 'the request took too long' },
  HPE_HEADER_OVERFLOW: { status: 431, reason: 'invalid-input', error: 'the headers are too large' },
};

/** Answer bytes that are no request in the envelope of every other answer, and close the connection. */
export function refuseMalformed(error: NodeJS.ErrnoException, socket: Socket): void {
  if (!socket.writable || error.code === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  const { status, ...refusal } = refusals[error.code ?? ''] ?? malformed;
  const body = JSON.stringify({ status: false, ...refusal, data: {} } satisfies ErrorBody);
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    'Content-Type: application/json; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`, () => socket.destroy());
}
