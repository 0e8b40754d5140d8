import { randomBytes } from 'node:crypto';

const chunk = randomBytes(1024 ** 2);

/** An encrypted OpenPGP message of about `totalBytes`: a session key, then data of one length (RFC 9580, 4.2.1). */
export function messageStream(totalBytes: number): ReadableStream<Uint8Array> {
  const head = headOf(totalBytes);
  let sent = 0;
  return new ReadableStream(
    {
      pull(controller) {
        if (sent === 0) {
          controller.enqueue(head);
        }
        const next = chunk.subarray(0, totalBytes - sent);
        controller.enqueue(new Uint8Array(next));
        sent += next.length;
        if (sent === totalBytes) {
          controller.close();
        }
      },
    },
    { highWaterMark: 2 },
  );
}

function headOf(bodyBytes: number): Uint8Array {
  const sessionKey = [0xc1, 13, 3, 1, 2, 3, 4, 5, 6, 7, 8, 1, 0, 8, 0xff];
  const data = Buffer.from([0xd2, 0xff, 0, 0, 0, 0, 1]);
  data.writeUInt32BE(bodyBytes + 1, 2);
  return new Uint8Array([...sessionKey, ...data]);
}
