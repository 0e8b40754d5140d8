import { type Endpoint, serveMetrics } from '@backup-maker/controller';
import { defineResource, type KubeClient, type KubeObject } from '@backup-maker/kube';
import { collectDefaultMetrics, Gauge, type Registry } from 'prom-client';
import type { Address } from './config.ts';

const pods = defineResource<KubeObject & { readonly status?: { readonly phase?: string } }>({
  group: '',
  version: 'v1',
  plural: 'pods',
  kind: 'Pod',
  namespaced: true,
});

const phases = ['Pending', 'Running', 'Succeeded', 'Failed'] as const;

/** `/metrics`: what the controller counts, the pods of the node, and this process. */
export function serveNodeMetrics(
  address: Address,
  registry: Registry,
  client: KubeClient,
): Promise<Endpoint> {
  collectDefaultMetrics({ register: registry });
  new Gauge({
    name: 'backup_node_pods',
    help: 'Pods of the embedded node that are there, by phase.',
    labelNames: ['phase'],
    registers: [registry],
    async collect() {
      const { items } = await client.list(pods);
      for (const phase of phases) {
        this.set({ phase }, items.filter(({ status }) => (status?.phase ?? 'Pending') === phase).length);
      }
    },
  });
  return serveMetrics(address, registry);
}
