import { backoffMs } from './backoff.ts';
import type { KubeClient } from './client.ts';
import { type Clock, pause, systemClock } from './clock.ts';
import { microTimestamp } from './condition.ts';
import { isAlreadyExists, isConflict } from './error.ts';
import type { KubeObject, ObjectName } from './object.ts';
import { defineResource } from './resource.ts';

interface LeaseSpec {
  readonly holderIdentity?: string;
  readonly leaseDurationSeconds?: number;
  readonly acquireTime?: string;
  readonly renewTime?: string;
  readonly leaseTransitions?: number;
}

interface Lease extends KubeObject {
  readonly spec?: LeaseSpec;
}

const leases = defineResource<Lease>({
  group: 'coordination.k8s.io',
  version: 'v1',
  plural: 'leases',
  kind: 'Lease',
  namespaced: true,
});

export interface LeaderElectionOptions {
  readonly client: KubeClient;
  readonly lease: ObjectName & { readonly namespace: string };
  /** Unique to this process. */
  readonly identity: string;
  /** Runs while we lead; its signal is aborted when the lease is lost or the election is closed. */
  readonly lead: (signal: AbortSignal) => Promise<void>;
  /** Others wait this long after the last renewal that they saw. */
  readonly leaseDurationMs?: number;
  /** A leader that could not renew for this long stops; shorter than the lease, so that two never lead. */
  readonly renewDeadlineMs?: number;
  readonly retryMs?: number;
  readonly clock?: Clock;
  readonly random?: () => number;
  readonly onError?: (error: unknown) => void;
}

export interface LeaderElection extends AsyncDisposable {
  isLeader(): boolean;
  /** Stops leading, waits for `lead` and gives the lease back, so that another replica takes over at once. */
  close(): Promise<void>;
}

/** Ours; another's; or somebody else wrote it at the same moment. */
type Claim = 'held' | 'taken' | 'contested';

/** What was last seen of another holder, timed with our own clock: the clocks of two machines are never compared. */
interface Observation {
  readonly renewTime: string | undefined;
  readonly holder: string | undefined;
  readonly seenAt: number;
}

/** Campaign for a Lease until closed. Leads, loses, and campaigns again. */
export function startLeaderElection(options: LeaderElectionOptions): LeaderElection {
  const { client, lease, identity, clock = systemClock, random = Math.random } = options;
  const { leaseDurationMs = 15_000, renewDeadlineMs = 10_000, retryMs = 2_000 } = options;
  const closing = new AbortController();
  let observation: Observation | undefined;
  let leading = false;

  /** Take or renew the lease. */
  async function acquire(signal: AbortSignal): Promise<Claim> {
    const current = await client.find(leases, lease, { signal });
    const now = microTimestamp(new Date(clock.now()));
    const mine = {
      holderIdentity: identity,
      leaseDurationSeconds: Math.ceil(leaseDurationMs / 1000),
      renewTime: now,
    };
    try {
      if (!current) {
        const spec = { ...mine, acquireTime: now, leaseTransitions: 0 };
        await client.create(leases, leaseObject(lease, spec), { signal });
        return 'held';
      }
      observation = observe(observation, current, clock.now());
      const isMine = current.spec?.holderIdentity === identity;
      if (!isMine && !isExpired(observation, current, clock.now(), leaseDurationMs)) {
        return 'taken';
      }
      const leaseTransitions = (current.spec?.leaseTransitions ?? 0) + (isMine ? 0 : 1);
      const acquireTime = (isMine && current.spec?.acquireTime) || now;
      await client.replace(
        leases,
        { ...current, spec: { ...mine, acquireTime, leaseTransitions } },
        { signal },
      );
      return 'held';
    } catch (error) {
      if (isConflict(error) || isAlreadyExists(error)) {
        return 'contested';
      }
      throw error;
    }
  }

  async function renewUntilLost(stop: AbortSignal): Promise<void> {
    let renewedAt = clock.now();
    for (;;) {
      await pause(clock, retryMs, stop);
      const startedAt = clock.now();
      const leftMs = renewDeadlineMs - (startedAt - renewedAt);
      if (stop.aborted || leftMs <= 0) {
        return;
      }
      // A renewal that hangs must not carry us past the end of the lease.
      const claim = await acquire(AbortSignal.timeout(leftMs)).catch(reported);
      if (claim === 'taken') {
        return;
      }
      renewedAt = claim === 'held' ? startedAt : renewedAt;
    }
  }

  async function leadUntilLost(): Promise<void> {
    const lost = new AbortController();
    const ended = new AbortController();
    leading = true;
    // Work that ended by itself, such as by a failure, must not keep the lease from others.
    const work = options
      .lead(lost.signal)
      .catch(reported)
      .finally(() => ended.abort());
    await renewUntilLost(AbortSignal.any([closing.signal, ended.signal]));
    lost.abort();
    await work;
    leading = false;
  }

  function reported(error: unknown): undefined {
    options.onError?.(error);
  }

  async function campaign(): Promise<void> {
    while (!closing.signal.aborted) {
      const claim = await acquire(closing.signal).catch(reported);
      if (claim === 'held') {
        await leadUntilLost();
        await giveBack().catch(reported);
      }
      await pause(clock, backoffMs(1, { baseMs: retryMs, maxMs: retryMs }, random), closing.signal);
    }
  }

  async function giveBack(): Promise<void> {
    const current = await client.find(leases, lease);
    if (current?.spec?.holderIdentity === identity) {
      await client.replace(leases, {
        ...current,
        spec: { ...current.spec, holderIdentity: '', leaseDurationSeconds: 1 },
      });
    }
  }

  const running = campaign();
  const close = async () => {
    closing.abort();
    await running;
  };
  return { isLeader: () => leading, close, [Symbol.asyncDispose]: close };
}

function observe(previous: Observation | undefined, lease: Lease, now: number): Observation {
  const { renewTime, holderIdentity: holder } = lease.spec ?? {};
  const isSame = previous !== undefined && previous.renewTime === renewTime && previous.holder === holder;
  return isSame ? previous : { renewTime, holder, seenAt: now };
}

function isExpired(observation: Observation, lease: Lease, now: number, ourDurationMs: number): boolean {
  if (!lease.spec?.holderIdentity) {
    return true;
  }
  const theirDurationMs = (lease.spec.leaseDurationSeconds ?? 0) * 1000;
  return now - observation.seenAt > Math.max(theirDurationMs, ourDurationMs);
}

function leaseObject(name: ObjectName, spec: LeaseSpec): Lease {
  return { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { ...name }, spec } as Lease;
}
