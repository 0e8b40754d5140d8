import type { Version } from '@backup-maker/api';
import { formatBytes } from '@backup-maker/model';
import { apiOf } from '../api.ts';
import type { Context } from '../context.ts';
import { type Column, printRows } from '../output.ts';
import { openServer, parseCollectionId, parseServerWithToken, type ServerSettings } from '../server.ts';
import { define } from './definition.ts';

interface VersionsSettings {
  readonly server: ServerSettings;
  readonly collectionId: string;
}

const columns: readonly Column<Version>[] = [
  { title: 'VERSION', value: (version) => `v${version.versionNumber}`, align: 'right' },
  { title: 'SIZE', value: (version) => formatBytes(version.filesize), align: 'right' },
  { title: 'CREATED', value: (version) => version.CreatedAt },
  { title: 'USER', value: (version) => version.user },
  { title: 'FILE', value: (version) => version.filename },
];

export const versions = define<VersionsSettings>({
  name: 'versions',
  describe: (command) => command.description('List the versions of a collection'),
  parse: (input) => ({ server: parseServerWithToken(input), collectionId: parseCollectionId(input) }),
  run: listVersions,
});

async function listVersions({ server, collectionId }: VersionsSettings, context: Context): Promise<void> {
  const api = apiOf(await openServer(server), context);
  const data = await api.call('versions', { params: { collection: collectionId }, signal: context.signal });
  printRows(context, { data, rows: data.versions, columns });
}
