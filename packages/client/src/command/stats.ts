import type { Version } from '@backup-maker/api';
import { formatBytes } from '@backup-maker/model';
import { apiOf } from '../api.ts';
import type { Context } from '../context.ts';
import { type Column, printRows } from '../output.ts';
import { openServer, parseCollectionId, parseServerWithToken, type ServerSettings } from '../server.ts';
import { define } from './definition.ts';

interface StatsSettings {
  readonly server: ServerSettings;
  readonly collectionId: string;
}

interface Stats {
  readonly collection: string;
  readonly versions: number;
  readonly totalBytes: number;
  readonly averageBytes: number;
  readonly largestBytes: number;
  /** Of the latest version, against the one before it. */
  readonly growthBytes: number;
  readonly oldest: string | null;
  readonly latest: string | null;
}

const rows: readonly Column<Stats>[] = [
  { title: 'VERSIONS', value: (stats) => String(stats.versions), align: 'right' },
  { title: 'TOTAL', value: (stats) => formatBytes(stats.totalBytes), align: 'right' },
  { title: 'AVERAGE', value: (stats) => formatBytes(stats.averageBytes), align: 'right' },
  { title: 'LARGEST', value: (stats) => formatBytes(stats.largestBytes), align: 'right' },
  { title: 'GROWTH', value: formatGrowth, align: 'right' },
  { title: 'OLDEST', value: (stats) => stats.oldest ?? '-' },
  { title: 'LATEST', value: (stats) => stats.latest ?? '-' },
];

export const stats = define<StatsSettings>({
  name: 'stats',
  describe: (command) => command.description('Sum up the sizes and times of the versions of a collection'),
  parse: (input) => ({ server: parseServerWithToken(input), collectionId: parseCollectionId(input) }),
  run: showStats,
});

async function showStats({ server, collectionId }: StatsSettings, context: Context): Promise<void> {
  const api = apiOf(await openServer(server), context);
  const { versions } = await api.call('versions', {
    params: { collection: collectionId },
    signal: context.signal,
  });
  const summary = summarize(collectionId, versions);
  printRows(context, { data: summary, rows: [summary], columns: rows });
}

function summarize(collection: string, versions: readonly Version[]): Stats {
  const sizes = versions.map((version) => version.filesize);
  const totalBytes = sizes.reduce((sum, size) => sum + size, 0);
  const [previous = 0, last = 0] = sizes.length > 1 ? sizes.slice(-2) : [sizes[0], sizes[0]];
  return {
    collection,
    versions: versions.length,
    totalBytes,
    averageBytes: versions.length === 0 ? 0 : Math.round(totalBytes / versions.length),
    largestBytes: sizes.reduce((largest, size) => Math.max(largest, size), 0),
    growthBytes: last - previous,
    oldest: versions.at(0)?.CreatedAt ?? null,
    latest: versions.at(-1)?.CreatedAt ?? null,
  };
}

function formatGrowth({ growthBytes }: Stats): string {
  return `${growthBytes < 0 ? '-' : '+'}${formatBytes(Math.abs(growthBytes))}`;
}
