import { mkdtemp, rm } from 'node:fs/promises';
import { Agent, request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startCluster } from '../../packages/cluster/src/index.ts';

/**
 * How the embedded cluster bears many custom objects: `node bench/cluster/objects.ts [COUNT]`, 10,000 when not said. Client and
 * server are one process, so the processor time is that of both.
 */
const count = Number(process.argv[2] ?? 10_000);
const token = 'bench';
const parallel = 8;
const widgets = '/apis/example.org/v1/namespaces/default/widgets';

const free = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
const definition = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'widgets.example.org' },
  spec: {
    group: 'example.org',
    scope: 'Namespaced',
    names: { plural: 'widgets', kind: 'Widget' },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        subresources: { status: {} },
        schema: { openAPIV3Schema: { type: 'object', properties: { spec: free, status: free } } },
      },
    ],
  },
};

const folder = await mkdtemp(join(tmpdir(), 'bench-cluster-'));
try {
  await using cluster = await startCluster({
    dataDir: folder,
    listen: { host: '127.0.0.1', port: 0 },
    token,
    confine: 'never',
  });
  const authority = /certificate-authority-data: (\S+)/.exec(cluster.kubeconfig())?.[1] ?? '';
  const agent = new Agent({ keepAlive: true, maxSockets: parallel, ca: Buffer.from(authority, 'base64') });
  const call = (method: string, path: string, body?: object, type = 'application/json'): Promise<number> =>
    new Promise((resolve, reject) => {
      const headers = { authorization: `Bearer ${token}`, 'content-type': type };
      const outgoing = request(new URL(path, cluster.url), { method, agent, headers }, (response) => {
        let bytes = 0;
        response.on('data', (chunk: Buffer) => {
          bytes += chunk.length;
        });
        response.once('end', () => resolve(bytes));
      });
      outgoing.once('error', reject);
      outgoing.end(body && JSON.stringify(body));
    });
  const widget = (index: number): object => ({
    apiVersion: 'example.org/v1',
    kind: 'Widget',
    metadata: { name: `w${index}`, labels: { bench: 'yes' } },
    spec: { text: 'x'.repeat(1000) },
  });
  const apply = (index: number): Promise<number> =>
    call(
      'PATCH',
      `${widgets}/w${index}?fieldManager=bench&force=true`,
      widget(index),
      'application/apply-patch+yaml',
    );

  await call('POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', definition);
  await measure('create', (index) => call('POST', widgets, widget(index)));
  await measure('get', (index) => call('GET', `${widgets}/w${index}`));
  await measure('change the status', (index) =>
    call('PATCH', `${widgets}/w${index}/status`, { status: { index } }, 'application/merge-patch+json'),
  );
  await measure('apply', apply);
  await measure('apply again', apply);
  await measure('list all, 10 times', () => call('GET', widgets), 10);
  await measure('delete', (index) => call('DELETE', `${widgets}/w${index}`));
  agent.destroy();
} finally {
  await rm(folder, { recursive: true, force: true });
}

async function measure(
  what: string,
  action: (index: number) => Promise<unknown>,
  times = count,
): Promise<void> {
  const cpu = process.cpuUsage();
  const began = performance.now();
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < times) {
      next += 1;
      await action(next - 1);
    }
  };
  await Promise.all(Array.from({ length: parallel }, worker));
  const seconds = (performance.now() - began) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  const perCall = (user + system) / 1000 / times;
  const memory = process.memoryUsage().rss / 1024 ** 2;
  const rate = (times / seconds).toFixed(0);
  console.log(
    `${what.padEnd(20)} ${rate.padStart(6)}/s  ${perCall.toFixed(2)} ms CPU each  ${memory.toFixed(0)} MiB resident`,
  );
}
