import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { createServer } from 'node:http';

/*
 * What an upload costs at least: a server of Node's own that hashes, writes and syncs, and nothing else.
 * Arguments: the file to write.
 */
const [, , file = ''] = process.argv;

const server = createServer(async (request, response) => {
  const hash = createHash('sha256');
  const handle = await open(file, 'w');
  for await (const chunk of request) {
    hash.update(chunk as Buffer);
    await handle.write(chunk as Buffer);
  }
  await handle.datasync();
  await handle.close();
  response.end(hash.digest('hex'));
});
server.listen(0, '127.0.0.1', () => {
  process.stdout.write(
    `Server listening at http://127.0.0.1:${(server.address() as { port: number }).port}\n`,
  );
});
