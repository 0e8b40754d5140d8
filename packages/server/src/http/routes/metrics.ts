import type { FastifyInstance } from 'fastify';
import { collectionMetrics } from '../../metrics/collection-metrics.ts';
import type { Repository } from '../../repository.ts';

/** Prometheus text, and the counting of requests. */
export function addMetrics(app: FastifyInstance, repository: Repository): void {
  const { registry, requests, requestDuration } = repository.metrics;

  app.addHook('onResponse', async (request, reply) => {
    // The pattern of the route, not the address: addresses would be labels without end.
    const route = request.routeOptions.url ?? 'unknown';
    requests.inc({ method: request.method, route, status: reply.statusCode });
    requestDuration.observe({ method: request.method, route }, reply.elapsedTime / 1000);
  });

  app.get('/metrics', async (_request, reply) => {
    const text = `${await registry.metrics()}\n${await collectionMetrics(repository)}`;
    return reply.type(registry.contentType).send(text);
  });
}
