import { Failure, mayAdminister } from '@backup-maker/model';
import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import type { AuditRecord } from '../../audit/chain.ts';
import { listLatestAudit } from '../../database/audit.ts';
import type { Repository } from '../../repository.ts';
import { success } from '../answer.ts';
import { callerOf } from '../caller.ts';
import { addRoute } from '../route.ts';
import { timeView } from '../views.ts';

const maxListed = 1000;

export const auditRoute = {
  method: 'GET',
  path: '/api/stable/audit',
  summary: 'Who did what, newest first; for systemAdmin',
  query: Type.Object({
    before: Type.Optional(
      Type.String({ pattern: '^[0-9]{1,15}$', description: 'only records with a lower id' }),
    ),
    limit: Type.Optional(Type.String({ pattern: '^[0-9]{1,4}$', description: `at most ${maxListed}` })),
  }),
  reply: Type.Object({
    audit: Type.Array(
      Type.Object({
        id: Type.Integer(),
        at: Type.String({ format: 'date-time' }),
        actor: Type.String(),
        sessionId: Type.String(),
        address: Type.String(),
        action: Type.String(),
        object: Type.String(),
        result: Type.String(),
        previousHash: Type.String(),
        hash: Type.String(),
      }),
    ),
  }),
} as const;

/** The audit log, for administrators. */
export function addAuditRoute(app: FastifyInstance, repository: Repository): void {
  addRoute(app, auditRoute, async (request) => {
    const { actor } = await callerOf(repository, request);
    if (!mayAdminister(actor, 'systemAdmin')) {
      throw new Failure('forbidden', 'only an administrator may read the audit log');
    }
    const { before, limit } = request.query as { before?: string; limit?: string };
    const records = await listLatestAudit(repository.database, {
      beforeId: before === undefined ? undefined : Number(before),
      limit: Math.min(Number(limit ?? 100), maxListed),
    });
    return success({ audit: records.map(auditView) });
  });
}

function auditView({ atMs, ...record }: AuditRecord) {
  return { ...record, at: timeView(atMs) };
}
