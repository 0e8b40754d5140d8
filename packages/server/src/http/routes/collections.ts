import { messages, routes } from '@backup-maker/api';
import { type CollectionAction, decideAccess, Failure } from '@backup-maker/model';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { findVersion, listVersions, markDeleted, type StoredVersion } from '../../database/versions.ts';
import type { Collection } from '../../documents/collection.ts';
import type { Repository } from '../../repository.ts';
import type { Authenticated } from '../../sessions/authenticate.ts';
import { healthOf } from '../../versions/health.ts';
import { purgeVersion } from '../../versions/purge.ts';
import { parseVersionSelector } from '../../versions/selector.ts';
import { success } from '../answer.ts';
import { callerOf } from '../caller.ts';
import { addRoute } from '../route.ts';
import { versionView } from '../views.ts';

/** What is in the repository. */
export function addCollectionRoutes(app: FastifyInstance, repository: Repository): void {
  addRoute(app, routes.collections, async (request) => {
    const { actor } = await callerOf(repository, request);
    const all = await repository.documents.listCollections();
    const visible = all.filter((collection) => decideAccess({ actor, collection, action: 'see' }).allowed);
    return success({ collections: await Promise.all(visible.map((one) => collectionView(repository, one))) });
  });

  addRoute(app, routes.collection, async (request) => {
    const { collection } = await allowedCollection(repository, request, 'see', messages.collectionNotFound);
    return success({ collection: await collectionView(repository, collection) });
  });

  addRoute(app, routes.versions, async (request) => {
    const { collection } = await allowedCollection(repository, request, 'list', messages.mayNotList);
    const versions = await listVersions(repository.database, collection.name);
    return success({ versions: versions.map(versionView) });
  });

  addRoute(app, routes.deleteVersion, async (request) => {
    const { collection } = await allowedCollection(
      repository,
      request,
      'delete',
      'not authorized to delete versions of this collection',
    );
    const version = await findRequestedVersion(repository, request, collection);
    insistOnUnlocked(collection, version, repository.now());
    await markDeleted(repository.database, [version.id], repository.now());
    await purgeVersion(repository, version.id);
    return success({ version: versionView(version) });
  });
}

/**
 * The collection of a request, when the caller may do this with it.
 * @throws Failure `not-found`, or `forbidden` with `refusal`
 */
export async function allowedCollection(
  repository: Repository,
  request: FastifyRequest,
  action: CollectionAction,
  refusal: string,
): Promise<{ readonly caller: Authenticated; readonly collection: Collection }> {
  const caller = await callerOf(repository, request);
  const { collection: name } = request.params as { collection: string };
  const collection = await repository.documents.findCollection(name);
  if (!collection) {
    throw new Failure('not-found', messages.collectionNotFound);
  }
  if (!decideAccess({ actor: caller.actor, collection, action }).allowed) {
    throw new Failure('forbidden', refusal);
  }
  return { caller, collection };
}

/** @throws Failure `not-found` */
export async function findRequestedVersion(
  { database }: Repository,
  request: FastifyRequest,
  collection: Collection,
): Promise<StoredVersion> {
  const { version: text } = request.params as { version: string };
  const selector = parseVersionSelector(text);
  const version = selector && (await findVersion(database, collection.name, selector));
  if (!version) {
    throw new Failure('not-found', messages.versionNotFound);
  }
  return version;
}

function insistOnUnlocked(collection: Collection, version: StoredVersion, nowMs: number): void {
  const { retentionLockMs } = collection;
  if (retentionLockMs !== undefined && nowMs - version.createdAtMs < retentionLockMs) {
    const until = new Date(version.createdAtMs + retentionLockMs).toISOString();
    throw new Failure(
      'retention-locked',
      `the retention lock of the collection keeps v${version.versionNumber} until ${until}`,
      { details: { until } },
    );
  }
}

async function collectionView({ database, now }: Repository, collection: Collection) {
  const versions = await listVersions(database, collection.name);
  const latest = versions.at(-1);
  const { maxBackupsCount, maxCollectionBytes, maxOneVersionBytes } = collection.limits;
  const health = healthOf(collection, versions, now());
  return {
    id: collection.name,
    description: collection.description,
    strategyName: collection.strategy.name,
    maxBackupsCount,
    maxOneVersionBytes,
    maxCollectionBytes,
    usedBytes: versions.reduce((sum, version) => sum + version.sizeBytes, 0),
    versionsCount: versions.length,
    latestVersion: latest ? versionView(latest) : null,
    healthy: health.every((check) => check.passed),
  };
}
