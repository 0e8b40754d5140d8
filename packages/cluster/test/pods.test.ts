import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hasPrograms } from '@backup-maker/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Embedded, eventually, startEmbedded } from './embedded.ts';
import { type PodOptions, pod } from './manifests.ts';

const pods = '/api/v1/namespaces/default/pods';

describe.skipIf(!hasPrograms('bash', 'unshare', 'setpriv') || process.getuid?.() !== 0)('pods', () => {
  let embedded: Embedded;

  beforeAll(async () => {
    embedded = await startEmbedded();
    const create = (plural: string, body: object): Promise<unknown> =>
      embedded.call('POST', `/api/v1/namespaces/default/${plural}`, { body });
    await create('secrets', {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'login' },
      stringData: { user: 'anna', password: 'hunter2' },
    });
    await create('configmaps', {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'settings' },
      data: { COLOUR: 'red', 'run.sh': 'echo from a ConfigMap' },
    });
  });

  afterAll(() => embedded?.[Symbol.asyncDispose]());

  const start = async (options: PodOptions): Promise<void> => {
    const answer = await embedded.call('POST', pods, { body: pod(options) });
    expect(answer.status, JSON.stringify(answer.body)).toBe(201);
  };
  // biome-ignore lint/suspicious/noExplicitAny: tests look into it
  const get = async (name: string): Promise<any> => (await embedded.call('GET', `${pods}/${name}`)).body;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into it
  const ended = (name: string): Promise<any> =>
    eventually(
      () => get(name),
      (one) => ['Succeeded', 'Failed'].includes(one.status?.phase),
    );
  const log = async (name: string, query = ''): Promise<string> =>
    (await embedded.call('GET', `${pods}/${name}/log${query}`)).body;

  /** Runs a pod to its end and gives what it wrote. */
  const output = async (options: PodOptions): Promise<string> => {
    await start(options);
    await ended(options.name);
    return log(options.name);
  };

  test('gives variables from values, Secrets, ConfigMaps and fields, each usable by the next', async () => {
    const env = [
      { name: 'FIRST', value: 'one' },
      { name: 'SECOND', value: '$(FIRST)-two $$(FIRST) $(UNKNOWN)' },
      { name: 'PASSWORD', valueFrom: { secretKeyRef: { name: 'login', key: 'password' } } },
      { name: 'ABSENT', valueFrom: { secretKeyRef: { name: 'none', key: 'x', optional: true } } },
      { name: 'NAME', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
    ];
    const envFrom = [{ configMapRef: { name: 'settings' } }, { prefix: 'L_', secretRef: { name: 'login' } }];
    const script = 'echo "$SECOND|$PASSWORD|${ABSENT-unset}|$NAME|$COLOUR|$L_user"';
    expect(await output({ name: 'variables', script, container: { env, envFrom } })).toBe(
      'one-two $(FIRST) $(UNKNOWN)|hunter2|unset|variables|red|anna\n',
    );
  });

  test('mounts Secrets, ConfigMaps, scratch and host folders where the container wants them', async () => {
    const folder = join(embedded.folder, 'host');
    await mkdir(folder);
    await writeFile(join(folder, 'before'), 'was here');
    const volumes = [
      {
        name: 'login',
        secret: { secretName: 'login', defaultMode: 0o400, items: [{ key: 'password', path: 'deep/pass' }] },
      },
      { name: 'settings', configMap: { name: 'settings' } },
      { name: 'scratch', emptyDir: {} },
      { name: 'host', hostPath: { path: folder } },
    ];
    const volumeMounts = [
      { name: 'login', mountPath: '/etc/login' },
      { name: 'settings', mountPath: '/scripts/run.sh', subPath: 'run.sh' },
      { name: 'scratch', mountPath: '/var/run/scratch' },
      { name: 'host', mountPath: '/host' },
    ];
    const script =
      'cat /etc/login/deep/pass; echo; stat -c %a /etc/login/deep/pass; bash /scripts/run.sh; echo x > /var/run/scratch/x && cat /var/run/scratch/x; cat /host/before; echo; echo after > /host/after; touch /etc/login/new || echo read-only';
    const text = await output({ name: 'volumes', script, spec: { volumes }, container: { volumeMounts } });
    expect(text.split('\n').filter((line) => !line.startsWith('touch:'))).toEqual([
      'hunter2',
      '400',
      'from a ConfigMap',
      'x',
      'was here',
      'read-only',
      '',
    ]);
    expect(await readFile(join(folder, 'after'), 'utf8')).toBe('after\n');
  });

  test('a container changes nothing of the machine, sees none of its processes and not the data of the cluster', async () => {
    const marker = join('/etc', `cluster-test-${process.pid}`);
    const script = `touch ${marker} && echo wrote; ls ${embedded.folder}/data 2>&1 | wc -l; [ -d /proc/${process.pid} ] && echo sees || echo alone; mount -t tmpfs x /mnt 2>/dev/null || echo no mount; echo $BASHPID`;
    expect(await output({ name: 'confined', script })).toMatch(/^wrote\n[01]\nalone\nno mount\n1\n$/);
    await expect(readFile(marker)).rejects.toThrow('ENOENT');
  });

  test('init containers run first, one after the other, and share volumes', async () => {
    const mount = { volumeMounts: [{ name: 'shared', mountPath: '/shared' }] };
    const init = (name: string): object => ({
      name,
      image: 'any',
      command: ['bash', '-c', `echo ${name} >> /shared/order`],
      ...mount,
    });
    const spec = {
      volumes: [{ name: 'shared', emptyDir: {} }],
      initContainers: [init('first'), init('second')],
    };
    expect(await output({ name: 'ordered', script: 'cat /shared/order', spec, container: mount })).toBe(
      'first\nsecond\n',
    );
  });

  test.each([
    { name: 'zero', script: 'exit 0', phase: 'Succeeded', terminated: { exitCode: 0, reason: 'Completed' } },
    { name: 'seven', script: 'exit 7', phase: 'Failed', terminated: { exitCode: 7, reason: 'Error' } },
    {
      name: 'killed',
      script: 'bash -c "kill -9 \\$BASHPID"; exit $?',
      phase: 'Failed',
      terminated: { exitCode: 137, reason: 'Error' },
    },
    {
      name: 'telling',
      script: 'echo why > /dev/termination-log; exit 3',
      phase: 'Failed',
      terminated: { exitCode: 3, reason: 'Error', message: 'why\n' },
    },
  ])('tells how a container ended: $name', async ({ name, script, phase, terminated }) => {
    await start({ name: `ended-${name}`, script });
    const one = await ended(`ended-${name}`);
    expect(one.status.phase).toBe(phase);
    expect(one.status.containerStatuses[0].state.terminated).toMatchObject(terminated);
  });

  test('a program that is not there is a start error with its name', async () => {
    await start({ name: 'missing', script: '', container: { command: ['no-such-program'] } });
    const one = await ended('missing');
    expect(one.status.containerStatuses[0].state.terminated).toMatchObject({
      exitCode: 128,
      reason: 'StartError',
      message: 'exec: "no-such-program": executable file not found in $PATH',
    });
    expect(await log('missing')).toContain('exec: "no-such-program": executable file not found in $PATH');
  });

  test('a root that can not be built is a start error with its reason', async () => {
    // Below a file there can be no folder for the volume.
    const container = { volumeMounts: [{ name: 'shared', mountPath: '/etc/passwd/below' }] };
    const spec = { volumes: [{ name: 'shared', emptyDir: {} }] };
    await start({ name: 'rootless', script: 'true', spec, container });
    const one = await ended('rootless');
    expect(one.status.containerStatuses[0].state.terminated).toMatchObject({
      exitCode: 125,
      reason: 'StartError',
      message: expect.stringContaining("the container's root could not be built: /etc/passwd/below"),
    });
  });

  test('runAsUser, groups, a read-only root and dropped capabilities are honoured', async () => {
    const securityContext = {
      runAsUser: 1234,
      runAsGroup: 2345,
      readOnlyRootFilesystem: true,
      allowPrivilegeEscalation: false,
      capabilities: { drop: ['ALL'] },
    };
    const script =
      'id -u; id -g; id -G; echo told > /dev/termination-log; touch /tmp/x 2>/dev/null || echo closed; touch /etc/x 2>/dev/null || echo read-only; grep -E "CapEff|NoNewPrivs" /proc/self/status';
    const spec = { securityContext: { fsGroup: 3456 } };
    expect(await output({ name: 'limited', script, spec, container: { securityContext } })).toBe(
      '1234\n2345\n2345 3456\nclosed\nread-only\nCapEff:\t0000000000000000\nNoNewPrivs:\t1\n',
    );
  });

  test('hostAliases are names that the container knows', async () => {
    const spec = { hostAliases: [{ ip: '10.1.2.3', hostnames: ['db.example.org', 'db'] }] };
    expect(await output({ name: 'aliased', script: 'getent hosts db.example.org', spec })).toMatch(
      /^10\.1\.2\.3 +db\.example\.org db\n$/,
    );
  });

  test('any user may write to /tmp and leave a termination message', async () => {
    const securityContext = { runAsUser: 65532, runAsNonRoot: true };
    const script = 'echo mine > /tmp/file && cat /tmp/file && echo told > /dev/termination-log';
    expect(await output({ name: 'anybody', script, container: { securityContext } })).toBe('mine\n');
    expect((await get('anybody')).status.containerStatuses[0].state.terminated.message).toBe('told\n');
  });

  test('runAsNonRoot without a user waits and says why', async () => {
    await start({ name: 'nonroot', script: 'id', container: { securityContext: { runAsNonRoot: true } } });
    const one = await eventually(
      () => get('nonroot'),
      (seen) => seen.status.containerStatuses?.[0].state.waiting?.reason === 'CreateContainerConfigError',
    );
    expect(one.status.containerStatuses[0].state.waiting.message).toContain('runAsNonRoot');
    await embedded.call('DELETE', `${pods}/nonroot`);
  });

  test('a pod waits for a Secret that is not there yet, and starts when it is', async () => {
    const env = [{ name: 'TOKEN', valueFrom: { secretKeyRef: { name: 'later', key: 'token' } } }];
    await start({ name: 'waiting', script: 'echo $TOKEN', container: { env } });
    await eventually(
      () => get('waiting'),
      (one) => one.status.containerStatuses?.[0].state.waiting?.reason === 'CreateContainerConfigError',
    );
    await embedded.call('POST', '/api/v1/namespaces/default/secrets', {
      body: {
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { name: 'later' },
        stringData: { token: 'arrived' },
      },
    });
    await ended('waiting');
    expect(await log('waiting')).toBe('arrived\n');
  });

  test('restartPolicy OnFailure runs a container again until it succeeds, and keeps the log before', async () => {
    const spec = { restartPolicy: 'OnFailure', volumes: [{ name: 'memory', emptyDir: {} }] };
    const script =
      'if [ -e /memory/second ]; then echo again; else touch /memory/second; echo first; exit 1; fi';
    await start({
      name: 'again',
      script,
      spec,
      container: { volumeMounts: [{ name: 'memory', mountPath: '/memory' }] },
    });
    const one = await ended('again');
    expect(one.status).toMatchObject({
      phase: 'Succeeded',
      containerStatuses: [{ restartCount: 1, lastState: { terminated: { exitCode: 1 } } }],
    });
    expect(await log('again')).toBe('again\n');
    expect(await log('again', '?previous=true')).toBe('first\n');
  });

  test('deletion sends SIGTERM and waits for the container to end', async () => {
    const spec = {
      terminationGracePeriodSeconds: 10,
      volumes: [{ name: 'host', hostPath: { path: embedded.folder } }],
    };
    await start({
      name: 'graceful',
      script: 'trap "echo ended > /host/ended; exit 0" TERM; echo ready; while :; do sleep 0.1; done',
      spec,
      container: { volumeMounts: [{ name: 'host', mountPath: '/host' }] },
    });
    await eventually(
      () => log('graceful'),
      (text) => String(text).startsWith('ready'),
    );
    await embedded.call('DELETE', `${pods}/graceful`);
    await eventually(
      () => get('graceful'),
      (answer) => answer.code === 404,
    );
    expect(await readFile(join(embedded.folder, 'ended'), 'utf8')).toBe('ended\n');
  });

  test('a container that does not listen to SIGTERM is killed when the grace period is over', async () => {
    const began = Date.now();
    await start({
      name: 'stubborn',
      script: 'trap "" TERM; echo ready; while :; do sleep 0.1; done',
      spec: { terminationGracePeriodSeconds: 1 },
    });
    await eventually(
      () => log('stubborn'),
      (text) => String(text).startsWith('ready'),
    );
    await embedded.call('DELETE', `${pods}/stubborn`);
    await eventually(
      () => get('stubborn'),
      (answer) => answer.code === 404,
    );
    expect(Date.now() - began).toBeLessThan(8000);
  });

  test('activeDeadlineSeconds ends a pod that runs too long', async () => {
    await start({
      name: 'late',
      script: 'sleep 100',
      spec: { activeDeadlineSeconds: 1, terminationGracePeriodSeconds: 1 },
    });
    const one = await ended('late');
    expect(one.status).toMatchObject({ phase: 'Failed', reason: 'DeadlineExceeded' });
  });

  test('a claim gives a folder that outlives its pods', async () => {
    const claim = {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name: 'kept' },
      spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
    };
    await embedded.call('POST', '/api/v1/namespaces/default/persistentvolumeclaims', { body: claim });
    const options = {
      spec: { volumes: [{ name: 'kept', persistentVolumeClaim: { claimName: 'kept' } }] },
      container: { volumeMounts: [{ name: 'kept', mountPath: '/kept' }] },
    };
    await output({ name: 'writer', script: 'echo kept > /kept/file', ...options });
    expect(await output({ name: 'reader', script: 'cat /kept/file', ...options })).toBe('kept\n');
    const bound = await embedded.call('GET', '/api/v1/namespaces/default/persistentvolumeclaims/kept');
    expect(bound.body.status).toMatchObject({ phase: 'Bound', capacity: { storage: '1Gi' } });
  });

  test('a value in a manifest is never a command', async () => {
    const nasty = '$(touch /tmp/x); `id`; "; exit 9; \' \n -- $HOME';
    const env = [{ name: 'NASTY', value: nasty.replaceAll('$(', '$$(') }];
    const text = await output({
      name: 'nasty',
      script: 'printf "%s|%s" "$NASTY" "$1"',
      container: { command: ['bash', '-c', 'printf "%s|%s" "$NASTY" "$1"', 'bash', nasty], env },
    });
    expect(text).toBe(`${nasty}|${nasty}\n`);
  });

  test('finds the programs of pods where images have them, and a copy works like the original', async () => {
    const root = await mkdtemp(join(tmpdir(), 'programs-'));
    await mkdir(join(root, 'bin'));
    await writeFile(join(root, 'word'), 'found\n');
    // As a program that comes with others does, it looks beside itself.
    await writeFile(join(root, 'bin/tell'), '#!/bin/sh\ncat "$(dirname "$0")/../word"\n', { mode: 0o755 });
    await using stack = new AsyncDisposableStack();
    stack.defer(() => rm(root, { recursive: true }));
    const other = stack.use(await startEmbedded({ programs: { root, bin: 'bin' } }));
    const script = 'tell && cp /usr/local/bin/tell /tmp/copy && /tmp/copy';
    await other.call('POST', pods, { body: pod({ name: 'copies', script }) });
    await eventually(
      () => other.call('GET', `${pods}/copies`),
      ({ body }) => body.status?.phase === 'Succeeded',
    );
    expect((await other.call('GET', `${pods}/copies/log`)).body).toBe('found\nfound\n');
  });
});
