import { isConditionTrue, KubeError, type Transport, type TransportResponse } from '@backup-maker/kube';
import { expect, it, vi } from 'vitest';
import { type Job, kinds } from '../src/kinds.ts';
import { endJob, requestedAction, scheduledBackup, secret, startEnvironment, wait } from './environment.ts';

/** Numbers that look random and are the same in every run (a linear congruential generator). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32;
    return state / 2 ** 32;
  };
}

const answers = [
  { status: 409, reason: 'Conflict' },
  { status: 429, reason: 'TooManyRequests' },
  { status: 500, reason: 'InternalError' },
  { status: 503, reason: 'ServiceUnavailable' },
];

/**
 * Fails every 25th request, in every way that a request can fail; every fifth watch is too old or soon cut. A
 * reconcile makes some ten requests: were more of them to fail, its backoff would grow to minutes.
 */
function unreliable(random: () => number): (transport: Transport) => Transport {
  return (transport) => async (request) => {
    const isWatch = request.stream === true;
    const dice = random();
    if (isWatch) {
      return dice < 0.2
        ? refusal({ status: 410, reason: 'Expired' })
        : cutAfter(await transport(request), dice * 500);
    }
    if (dice < 0.025) {
      return refusal(
        answers[Math.floor(random() * answers.length)] ?? { status: 500, reason: 'InternalError' },
      );
    }
    const response = await transport(request);
    if (dice < 0.04) {
      throw new KubeError('network', 'the answer was lost on purpose');
    }
    return response;
  };
}

function refusal({
  status,
  reason,
}: {
  readonly status: number;
  readonly reason: string;
}): TransportResponse {
  const text = JSON.stringify({
    kind: 'Status',
    status: 'Failure',
    code: status,
    reason,
    message: 'on purpose',
  });
  async function* body() {
    yield Buffer.from(text);
  }
  return { status, retryAfter: undefined, body: body() };
}

/** A watch whose connection breaks at its first word after a while. */
function cutAfter(response: TransportResponse, delayMs: number): TransportResponse {
  const until = Date.now() + delayMs;
  async function* body() {
    for await (const chunk of response.body) {
      if (Date.now() > until) {
        throw new KubeError('network', 'the watch was cut on purpose');
      }
      yield chunk;
    }
  }
  return { ...response, body: body() };
}

it.concurrent.each([1, 2, 3])(
  'an API that fails all the time changes nothing about the end (seed %i)',
  async (seed) => {
    await using environment = await startEnvironment();
    const named = (name: string) => ({ namespace: environment.namespace, name });
    await environment.start({ wrapTransport: unreliable(seeded(seed)) });
    await environment.apply(
      scheduledBackup('shop', {
        varsSecretRef: { secretName: 'vars' },
        gpgKeySecretRef: { secretName: 'key', email: 'a@example.org', createIfNotExists: true },
      }),
      requestedAction('restore', 'shop', { action: 'restore' }),
      secret('vars', { 'Params.path': '/data' }),
    );
    const jobs = async () =>
      (await environment.client.list(kinds.job, { namespace: environment.namespace })).items;
    const patient = { ...wait, timeout: 120_000 };
    const job = await vi.waitFor(async () => {
      const [first] = await jobs();
      expect(first).toBeDefined();
      return first as Job;
    }, patient);
    await endJob(environment.client, job, 'Complete');
    await vi.waitFor(async () => {
      const { status } = await environment.client.get(kinds.requestedAction, named('restore'));
      expect(isConditionTrue(status?.conditions, 'Complete')).toBe(true);
      const backup = await environment.client.get(kinds.scheduledBackup, named('shop'));
      expect(isConditionTrue(backup.status?.conditions, 'Ready')).toBe(true);
      const cronJob = await environment.client.get(environment.cronJobs, named('shop-backup'));
      expect(cronJob.spec?.suspend).toBe(false);
    }, patient);
    expect(await jobs()).toHaveLength(1);
  },
  300_000,
);
