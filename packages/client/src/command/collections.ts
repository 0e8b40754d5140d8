import type { Collection } from '@backup-maker/api';
import { formatBytes } from '@backup-maker/model';
import { apiOf } from '../api.ts';
import { type Column, printRows } from '../output.ts';
import { openServer, parseServerWithToken, type ServerSettings } from '../server.ts';
import { define } from './definition.ts';

const columns: readonly Column<Collection>[] = [
  { title: 'COLLECTION', value: (collection) => collection.id },
  {
    title: 'VERSIONS',
    value: (collection) => `${collection.versionsCount}/${collection.maxBackupsCount}`,
    align: 'right',
  },
  {
    title: 'USED',
    value: ({ usedBytes, maxCollectionBytes }) =>
      `${formatBytes(usedBytes)}/${formatBytes(maxCollectionBytes)}`,
    align: 'right',
  },
  { title: 'LATEST', value: (collection) => collection.latestVersion?.CreatedAt ?? '-' },
  { title: 'HEALTH', value: (collection) => (collection.healthy ? 'ok' : 'failing') },
  { title: 'DESCRIPTION', value: (collection) => collection.description },
];

export const collections = define<ServerSettings>({
  name: 'collections',
  describe: (command) => command.description('List the collections that the token may see'),
  parse: parseServerWithToken,
  run: async (server, context) => {
    const api = apiOf(await openServer(server), context);
    const data = await api.call('collections', { signal: context.signal });
    printRows(context, { data, rows: data.collections, columns });
  },
});
