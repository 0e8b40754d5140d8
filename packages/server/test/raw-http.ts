import { once } from 'node:events';
import { connect } from 'node:net';

export interface RawAnswer {
  /** undefined when the server closed the connection without an answer. */
  readonly status: number | undefined;
  readonly text: string;
}

/** Send bytes as they are, and read what comes back until the server closes or says nothing more for a while. */
export async function rawRequest(url: string, bytes: string | Buffer, quietMs = 300): Promise<RawAnswer> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  const chunks: Buffer[] = [];
  const done = Promise.withResolvers<void>();
  let quiet: NodeJS.Timeout | undefined;
  socket.on('data', (chunk) => {
    chunks.push(chunk);
    clearTimeout(quiet);
    quiet = setTimeout(done.resolve, quietMs);
  });
  socket.on('error', () => done.resolve());
  socket.on('close', () => done.resolve());
  await once(socket, 'connect');
  socket.write(bytes);
  const deadline = setTimeout(done.resolve, 5000);
  await done.promise;
  clearTimeout(quiet);
  clearTimeout(deadline);
  socket.destroy();
  const text = Buffer.concat(chunks).toString('latin1');
  const status = /^HTTP\/1\.1 (\d{3})/.exec(text)?.[1];
  return { status: status === undefined ? undefined : Number(status), text };
}
