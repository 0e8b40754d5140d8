import { chmod, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Controller, ControllerContext } from '../controllers/controller.ts';
import { keyOfObject } from '../controllers/controller.ts';
import { WorkQueue } from '../controllers/work-queue.ts';
import { listAt, valueAt } from '../json.ts';
import type { KubeObject } from '../object.ts';
import { persistentVolumeClaimType } from '../resources/persistent-volume-claim.ts';

/** Where a claim's files are on this machine. */
export function claimFolder(folder: string, claim: KubeObject): string {
  return join(folder, 'claims', claim.metadata.uid);
}

/** Binds claims: each gets a folder of this machine, which is deleted with the claim. */
export function startClaimController(context: ControllerContext, folder: string): Controller {
  const queue = new WorkQueue({ ...context, name: 'claim', reconcile: (uid) => bind(context, folder, uid) });
  for (const claim of context.objects.list(persistentVolumeClaimType)) {
    queue.add(claim.metadata.uid);
  }
  const unsubscribe = context.store.subscribe(({ type, resource, entry: { object } }) => {
    if (resource !== persistentVolumeClaimType.storageKey) {
      return;
    }
    if (type === 'DELETED') {
      remove(context, claimFolder(folder, object));
    } else {
      queue.add(object.metadata.uid);
    }
  });
  return {
    close() {
      unsubscribe();
      queue.close();
    },
  };
}

function bind(context: ControllerContext, folder: string, uid: string): void {
  const claim = context.owners.find(uid)?.object;
  if (claim === undefined || valueAt(claim, 'status', 'phase') === 'Bound') {
    return;
  }
  const path = claimFolder(folder, claim);
  make(path)
    .then(() => markBound(context, claim))
    .catch((error: unknown) => {
      context.log.error({ err: error, path }, 'the folder of a claim could not be made');
      const message = `the folder ${path} could not be made: ${String(error)}`;
      context.events.record(claim, { type: 'Warning', reason: 'ProvisioningFailed', message });
    });
}

async function make(path: string): Promise<void> {
  await mkdir(path, { recursive: true });
  await chmod(path, 0o777);
}

function markBound({ objects, events }: ControllerContext, claim: KubeObject): void {
  const { namespace, name } = keyOfObject(claim);
  const current = objects.find(persistentVolumeClaimType, namespace, name);
  if (current === undefined || current.metadata.uid !== claim.metadata.uid) {
    return;
  }
  const volumeName = `pvc-${claim.metadata.uid}`;
  const bound = objects.update(
    persistentVolumeClaimType,
    { namespace, name },
    (old) => ({ ...old, spec: { ...old.spec, volumeName } }),
    { fieldManager: 'embedded-cluster' },
  );
  const capacity = { storage: valueAt(claim, 'spec', 'resources', 'requests', 'storage') ?? '0' };
  objects.updateStatus(persistentVolumeClaimType, bound, {
    phase: 'Bound',
    accessModes: listAt(claim, 'spec', 'accessModes'),
    capacity,
  });
  events.record(claim, {
    type: 'Normal',
    reason: 'ProvisioningSucceeded',
    message: `Successfully provisioned volume ${volumeName}`,
  });
}

function remove({ log }: ControllerContext, path: string): void {
  rm(path, { recursive: true, force: true }).catch((error: unknown) => {
    log.error({ err: error, path }, 'the folder of a deleted claim could not be removed');
  });
}
