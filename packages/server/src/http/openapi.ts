import { ErrorBody, type Route, routes, Success, UnauthenticatedBody } from '@backup-maker/api';
import { auditRoute } from './routes/audit.ts';

/** OpenAPI 3.1 (https://spec.openapis.org/oas/v3.1.0), made from the schemas that check the requests. */
export function openApiDocument(version: string): object {
  const paths: Record<string, Record<string, object>> = {};
  for (const [name, route] of Object.entries<Route>({ ...routes, audit: auditRoute })) {
    const path = route.path.replaceAll(/:([a-z]+)/gi, '{$1}');
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operation(name, route) };
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Backup Repository', version, license: { name: 'Apache-2.0', identifier: 'Apache-2.0' } },
    security: [{ token: [] }],
    paths,
    components: {
      securitySchemes: { token: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } },
      responses: {
        Unauthenticated: jsonResponse('the token is missing or not valid', UnauthenticatedBody),
        Failure: jsonResponse('what went wrong', ErrorBody),
      },
    },
  };
}

function operation(name: string, route: Route): object {
  return {
    operationId: name,
    summary: route.summary,
    parameters: [...parameters('path', route.params), ...parameters('query', route.query)],
    ...(route.body ? { requestBody: { required: true, content: jsonContent(route.body) } } : {}),
    responses: {
      200: route.reply ? jsonResponse('done', Success(route.reply, route.beside)) : { description: 'done' },
      401: { $ref: '#/components/responses/Unauthenticated' },
      default: { $ref: '#/components/responses/Failure' },
    },
  };
}

interface ObjectSchema {
  readonly properties: Readonly<Record<string, object>>;
  readonly required?: readonly string[];
}

function parameters(place: 'path' | 'query', schema: ObjectSchema | undefined): readonly object[] {
  return Object.entries(schema?.properties ?? {}).map(([name, property]) => ({
    name,
    in: place,
    required: place === 'path' || (schema?.required ?? []).includes(name),
    schema: property,
  }));
}

function jsonResponse(description: string, schema: object): object {
  return { description, content: jsonContent(schema) };
}

function jsonContent(schema: object): object {
  return { 'application/json': { schema } };
}
