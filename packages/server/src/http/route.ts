import { type Route, Success } from '@backup-maker/api';
import type { FastifyInstance, RouteHandlerMethod, RouteShorthandOptions } from 'fastify';

/** Both names that the interface has had: a route of one also answers under the other. */
export function pathsOf({ path }: Route): readonly string[] {
  const stable = '/api/stable/';
  return path.startsWith(`${stable}repository/`) ? [path, `/api/alpha/${path.slice(stable.length)}`] : [path];
}

/** Add a route of the contract: its schemas validate the request and write the answer. */
export function addRoute(
  app: FastifyInstance,
  route: Route,
  handler: RouteHandlerMethod,
  options: RouteShorthandOptions = {},
): void {
  for (const url of pathsOf(route)) {
    app.route({ ...options, method: route.method, url, schema: schemaOf(route), handler });
  }
}

function schemaOf(route: Route): object {
  return {
    summary: route.summary,
    ...(route.params ? { params: route.params } : {}),
    ...(route.query ? { querystring: route.query } : {}),
    ...(route.body ? { body: route.body } : {}),
    ...(route.reply ? { response: { 200: Success(route.reply, route.beside) } } : {}),
  };
}
