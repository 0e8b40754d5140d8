import type { FastifyInstance } from 'fastify';
import { withoutSecrets } from '../logger.ts';

/** One line for each answered request; tokens and codes in addresses are left out, whatever the logger. */
export function addAccessLog(app: FastifyInstance): void {
  app.addHook('onRequest', async (request, reply) => {
    reply.header('X-Request-Id', request.id);
  });
  app.addHook('onResponse', async (request, reply) => {
    const { method, url, ip: address } = request;
    const fields = { method, url: withoutSecrets(url), address, status: reply.statusCode };
    request.log.info({ ...fields, durationMs: Math.round(reply.elapsedTime) }, 'answered');
  });
}
