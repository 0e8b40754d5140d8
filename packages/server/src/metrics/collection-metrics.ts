import type { CollectionCheck } from '@backup-maker/model';
import { Gauge, Registry } from 'prom-client';
import { listVersions, type StoredVersion } from '../database/versions.ts';
import type { Collection } from '../documents/collection.ts';
import type { Repository } from '../repository.ts';
import { healthOf } from '../versions/health.ts';

/** What is known of every collection at this moment, as Prometheus text. */
export async function collectionMetrics({ database, documents, now }: Repository): Promise<string> {
  const registry = new Registry();
  const gauges = createGauges(registry);
  for (const collection of await documents.listCollections()) {
    describeCollection(gauges, collection, await listVersions(database, collection.name), now());
  }
  for (const { kind, name } of documents.problems()) {
    gauges.invalidDefinitions.set({ kind, name }, 1);
  }
  return registry.metrics();
}

type Gauges = ReturnType<typeof createGauges>;

function createGauges(registry: Registry) {
  const gauge = <Label extends string>(name: string, help: string, labelNames: readonly Label[]) =>
    new Gauge({ name: `backup_repository_${name}`, help, labelNames, registers: [registry] });
  return {
    versions: gauge('collection_versions', 'versions that are there', ['collection']),
    bytes: gauge('collection_size_bytes', 'bytes of all versions together', ['collection']),
    quota: gauge('collection_quota_bytes', 'what they may have', ['collection']),
    sinceLast: gauge('collection_last_version_age_seconds', 'since the latest version', ['collection']),
    health: gauge('collection_healthy', 'outcome of a check, 1 or 0', ['collection', 'check']),
    invalidDefinitions: gauge('invalid_definition', '1 for each object that cannot be used', [
      'kind',
      'name',
    ]),
  };
}

function describeCollection(
  gauges: Gauges,
  collection: Collection,
  versions: readonly StoredVersion[],
  nowMs: number,
): void {
  const label = { collection: collection.name };
  const { maxCollectionBytes } = collection.limits;
  const latest = versions.at(-1);
  gauges.versions.set(label, versions.length);
  gauges.bytes.set(
    label,
    versions.reduce((sum, version) => sum + version.sizeBytes, 0),
  );
  gauges.quota.set(label, maxCollectionBytes);
  if (latest) {
    gauges.sinceLast.set(label, Math.max(0, nowMs - latest.createdAtMs) / 1000);
  }
  for (const { name, passed } of healthOf(collection, versions, nowMs)) {
    gauges.health.set({ ...label, check: name satisfies CollectionCheck }, passed ? 1 : 0);
  }
}
