import { startCluster } from '@backup-maker/cluster';

/** An embedded cluster in a process of its own, so that the controller's memory and CPU are measured alone. */
const [dataDir = ''] = process.argv.slice(2);
const cluster = await startCluster({ dataDir, listen: { host: '127.0.0.1', port: 0 }, token: 'bench' });
process.send?.(cluster.kubeconfig());
process.on('disconnect', () => {
  void cluster.close().then(() => process.exit(0));
});
