import { startCluster } from '../src/index.ts';

// A cluster in a process of its own, to be killed. Says where it listens and that it has ended.
const [dataDir = '', token = ''] = process.argv.slice(2);
const cluster = await startCluster({
  dataDir,
  token,
  listen: { host: '127.0.0.1', port: 0 },
  nodeName: 'test-node',
});
process.stdout.write(`${JSON.stringify({ url: cluster.url, kubeconfig: cluster.kubeconfig() })}\n`);
process.once('SIGTERM', () => void cluster.close());
