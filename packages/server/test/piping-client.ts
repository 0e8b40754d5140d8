import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

export const versionsPath = (collection: string) => `/api/alpha/repository/collection/${collection}/version`;

export interface PipedUpload {
  readonly collection: string;
  readonly token: string;
  readonly body: Buffer;
  readonly headers?: readonly string[];
}

/** An upload as the existing client sends it: chunked, because it does not know what its command will write. */
export function pipedUpload({ collection, token, body, headers = [] }: PipedUpload): Buffer {
  const head = [
    `POST ${versionsPath(collection)} HTTP/1.1`,
    'Host: 127.0.0.1',
    `Authorization: Bearer ${token}`,
    ...(headers.some((header) => /^content-length:/i.test(header)) ? [] : ['Transfer-Encoding: chunked']),
    ...headers,
    '\r\n',
  ];
  const isChunked = head.includes('Transfer-Encoding: chunked');
  return Buffer.concat([Buffer.from(head.join('\r\n')), isChunked ? chunked(body) : body]);
}

function chunked(body: Buffer): Buffer {
  const pieces = [body.subarray(0, 100), body.subarray(100)].filter(({ length }) => length > 0);
  const framed = pieces.flatMap((piece) => [
    Buffer.from(`${piece.length.toString(16)}\r\n`),
    piece,
    Buffer.from('\r\n'),
  ]);
  return Buffer.concat([...framed, Buffer.from('0\r\n\r\n')]);
}

/** How a client goes away. */
export const departures: Readonly<Record<string, (socket: Socket) => void>> = {
  'a FIN, as close() sends it': (socket) => socket.destroy(),
  'a FIN for its own half alone': (socket) => socket.end(),
  'a RST': (socket) => socket.resetAndDestroy(),
};

/** Send all of a request, and take it back after a while, as when the command is found to have failed. */
export async function takeBack(
  url: string,
  request: Buffer,
  afterMs: number,
  depart: (socket: Socket) => void,
): Promise<void> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  socket.on('error', () => {});
  await once(socket, 'connect');
  socket.write(request);
  socket.resume();
  await delay(afterMs);
  depart(socket);
}
