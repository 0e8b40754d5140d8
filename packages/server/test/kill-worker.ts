import { createHash } from 'node:crypto';
import { pino } from 'pino';
import { createMemoryDocuments } from '../src/documents/memory.ts';
import { openRepository } from '../src/open-repository.ts';
import { testCollection, uploadDirectly } from './direct-upload.ts';
import { openPgpMessage } from './message.ts';
import { testConfig } from './test-config.ts';

/*
 * Uploads without end, each of which rotates another version out, until it is killed. Says the digest of each
 * message before it sends it, and again when it was told that it is stored.
 */
const [, , folder = ''] = process.argv;
const { repository } = await openRepository({
  config: testConfig(folder),
  documents: createMemoryDocuments(),
  logger: pino({ level: 'silent' }),
});
// As after the restart of a killed server, whose lease is still there for a while.
await repository.database.query.deleteFrom('leases').execute();
const collection = testCollection('iwa', { maxBackupsCount: 2 });
process.stdout.write('ready\n');
for (;;) {
  const message = openPgpMessage({ bodyBytes: 1 + Math.floor(Math.random() * 900_000) + 100 });
  const digest = createHash('sha256').update(message).digest('hex');
  process.stdout.write(`sent ${digest}\n`);
  await uploadDirectly(repository, collection, message);
  process.stdout.write(`stored ${digest}\n`);
}
