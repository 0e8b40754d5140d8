import type { IncomingMessage, ServerResponse } from 'node:http';
import type { JsonObject } from '../json.ts';
import { encodeOpenApi } from '../protobuf/openapi.ts';
import { methodNotAllowed, StatusError } from '../status-error.ts';
import type { ApiContext } from './call.ts';
import { aggregatedDiscovery, apiGroup, apiGroupList, apiResourceList, apiVersions } from './discovery.ts';
import { openApiV2 } from './openapi-v2.ts';
import { openApiPaths, openApiV3 } from './openapi-v3.ts';
import { sendJson } from './respond.ts';

/** The version of Kubernetes whose behaviour this server follows. */
const kubernetesVersion = { major: '1', minor: '34', gitVersion: 'v1.34.0+embedded' } as const;

/** Addresses that are no resources: discovery, version, OpenAPI. */
export function handleDocument(
  context: ApiContext,
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
): void {
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    throw methodNotAllowed(`the server does not allow this method on ${url.pathname}`);
  }
  const aggregated = aggregatedVersion(request.headers.accept);
  if (aggregated !== undefined && (url.pathname === '/api' || url.pathname === '/apis')) {
    const type = `application/json;g=apidiscovery.k8s.io;v=${aggregated};as=APIGroupDiscoveryList`;
    sendJson(
      response,
      200,
      aggregatedDiscovery(context.registry.types, url.pathname === '/api', aggregated),
      type,
    );
    return;
  }
  if (url.pathname === '/openapi/v2') {
    sendOpenApiV2(context, request, response);
    return;
  }
  const document = plainDocument(context, url.pathname, request.headers.host ?? '');
  if (document === undefined) {
    throw new StatusError('NotFound', 'the server could not find the requested resource');
  }
  sendJson(response, 200, document);
}

function plainDocument({ registry }: ApiContext, path: string, host: string): JsonObject | undefined {
  const parts = path.split('/').filter((part) => part !== '');
  switch (parts[0]) {
    case undefined:
      return {
        paths: [
          '/api',
          '/api/v1',
          '/apis',
          '/healthz',
          '/livez',
          '/openapi/v2',
          '/openapi/v3',
          '/readyz',
          '/version',
        ],
      };
    case 'version':
      return parts.length === 1 ? versionDocument() : undefined;
    case 'api':
      return parts.length === 1
        ? apiVersions(host)
        : parts.length === 2
          ? apiResourceList(registry.types, '', parts[1] ?? '')
          : undefined;
    case 'apis':
      return groupDocument(registry.types, parts);
    case 'openapi':
      return openApiDocument(registry, parts);
    default:
      return undefined;
  }
}

function groupDocument(
  types: ApiContext['registry']['types'],
  parts: readonly string[],
): JsonObject | undefined {
  const [, group, version, ...rest] = parts;
  if (group === undefined) {
    return apiGroupList(types);
  }
  if (rest.length > 0) {
    return undefined;
  }
  return version === undefined ? apiGroup(types, group) : apiResourceList(types, group, version);
}

function openApiDocument(registry: ApiContext['registry'], parts: readonly string[]): JsonObject | undefined {
  if (parts[1] !== 'v3') {
    return undefined;
  }
  if (parts.length === 2) {
    return openApiPaths(registry);
  }
  const [group, version] = parts[2] === 'api' ? ['', parts[3]] : [parts[3], parts[4]];
  return group === undefined || version === undefined ? undefined : openApiV3(registry, group, version);
}

function versionDocument(): JsonObject {
  return {
    ...kubernetesVersion,
    gitCommit: '',
    gitTreeState: 'clean',
    buildDate: '1970-01-01T00:00:00Z',
    goVersion: '',
    compiler: 'node',
    platform: `${process.platform}/${process.arch}`,
  };
}

function aggregatedVersion(accept = ''): 'v2' | 'v2beta1' | undefined {
  for (const part of accept.split(',')) {
    const match = /;v=(v2|v2beta1);.*as=APIGroupDiscoveryList|as=APIGroupDiscoveryList.*;v=(v2|v2beta1)/.exec(
      part,
    );
    if (match !== null && part.includes('g=apidiscovery.k8s.io')) {
      return (match[1] ?? match[2]) as 'v2' | 'v2beta1';
    }
  }
  return undefined;
}

function sendOpenApiV2({ registry }: ApiContext, request: IncomingMessage, response: ServerResponse): void {
  const document = openApiV2(registry);
  const accept = request.headers.accept ?? '';
  if (accept.includes('application/json') || !accept.includes('openapi.spec.v2')) {
    sendJson(response, 200, document);
    return;
  }
  const body = encodeOpenApi(document);
  response.writeHead(200, { 'content-type': 'application/octet-stream', 'content-length': body.length });
  response.end(body);
}
