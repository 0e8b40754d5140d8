import { routes } from '@backup-maker/api';
import rateLimit, { type RateLimitOptions } from '@fastify/rate-limit';
import type { FastifyInstance, RouteOptions } from 'fastify';
import type { RateLimits } from '../config/config.ts';
import { rateLimited } from '../sessions/rate-limited.ts';
import { pathsOf } from './route.ts';

const secondMs = 1000;
const minuteMs = 60 * secondMs;

/**
 * Limit what one client address may ask of this server; guessing passwords is besides limited for all servers
 * together, in the database. Who sends the parts of an upload is bounded by its lease and quota.
 */
export async function addRateLimits(app: FastifyInstance, limits: RateLimits): Promise<void> {
  const ofRoute = limitsByPath(limits);
  app.addHook('onRoute', (route: RouteOptions) => {
    const limit = ofRoute.get(keyOf(`${route.method}`, route.url));
    if (limit !== undefined) {
      route.config = { ...route.config, rateLimit: limit };
    }
  });
  await app.register(rateLimit, {
    max: limits.defaultPerSecond,
    timeWindow: secondMs,
    errorResponseBuilder: (_request, { ttl }) => rateLimited(ttl),
  });
}

type RouteLimit = RateLimitOptions | false;

function limitsByPath(limits: RateLimits): ReadonlyMap<string, RouteLimit> {
  const perMinute = (max: number): RouteLimit => ({ max, timeWindow: minuteMs });
  const serverHealth = perMinute(limits.serverHealthPerMinute);
  const contract = [
    // What fails is limited in the database. This is against floods alone: a login is work, whatever comes of it.
    [routes.login, { max: Math.max(limits.defaultPerSecond, limits.authPerMinute), timeWindow: secondMs }],
    [routes.collectionHealth, perMinute(limits.collectionHealthPerMinute)],
    [routes.continueUpload, false],
    [routes.uploadOffset, false],
    [routes.uploadManifest, false],
  ] as const;
  return new Map<string, RouteLimit>([
    [keyOf('GET', '/health'), serverHealth],
    [keyOf('GET', '/ready'), serverHealth],
    ...contract.flatMap(([route, limit]) =>
      pathsOf(route).map((path) => [keyOf(route.method, path), limit] as const),
    ),
  ]);
}

function keyOf(method: string, path: string): string {
  return `${method} ${path}`;
}
