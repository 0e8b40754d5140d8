import { errorOf, parseJson, readText } from './answer.ts';
import { isGone, KubeError } from './error.ts';
import type { KubeList, KubeObject } from './object.ts';
import { apiVersionOf, collectionPath, type Resource } from './resource.ts';
import type { Transport } from './transport.ts';

/** Which objects of a kind. */
export interface Selection {
  /** Without one: all namespaces. */
  readonly namespace?: string | undefined;
  readonly labelSelector?: string | undefined;
  readonly fieldSelector?: string | undefined;
  /** Leave everything but `metadata` on the server: for kinds whose content must not be kept, such as Secrets. */
  readonly metadataOnly?: boolean | undefined;
}

export interface ListOptions extends Selection {
  /** Objects a page; all pages are read in any case. */
  readonly pageSize?: number;
  readonly signal?: AbortSignal | undefined;
}

export interface ListContext {
  readonly transport: Transport;
  readonly userAgent: string;
  readonly timeoutMs: number;
  readonly maxAnswerBytes: number;
}

interface Page<T> {
  readonly metadata?: { readonly resourceVersion?: string; readonly continue?: string };
  readonly items?: readonly T[] | null;
}

/** Every object of a selection. When the continue token expires half-way the list starts over, once. */
export async function listAll<T extends KubeObject>(
  context: ListContext,
  resource: Resource<T>,
  options: ListOptions,
): Promise<KubeList<T>> {
  try {
    return await listPages(context, resource, options);
  } catch (error) {
    if (!isGone(error)) {
      throw error;
    }
    return listPages(context, resource, options);
  }
}

async function listPages<T extends KubeObject>(
  context: ListContext,
  resource: Resource<T>,
  options: ListOptions,
): Promise<KubeList<T>> {
  const items: T[] = [];
  let next: string | undefined;
  for (;;) {
    const page: Page<T> = await readPage(context, resource, options, next);
    const { resourceVersion, continue: token } = page.metadata ?? {};
    for (const item of page.items ?? []) {
      // Items of a list lack apiVersion and kind; everything that handles objects needs them.
      items.push({ ...item, apiVersion: apiVersionOf(resource), kind: resource.kind });
    }
    if (!token) {
      return { resourceVersion: requireVersion(resourceVersion, resource), items };
    }
    next = token;
  }
}

async function readPage<T>(
  context: ListContext,
  resource: Resource,
  options: ListOptions,
  token: string | undefined,
): Promise<Page<T>> {
  const query = selectionQuery(options);
  query.set('limit', String(options.pageSize ?? 500));
  if (token !== undefined) {
    query.set('continue', token);
  }
  const request = {
    method: 'GET' as const,
    path: `${collectionPath(resource, options.namespace)}?${query}`,
    headers: { 'user-agent': context.userAgent, accept: acceptOf(options, 'PartialObjectMetadataList') },
    signal: options.signal,
    timeoutMs: context.timeoutMs,
  };
  const response = await context.transport(request);
  if (response.status !== 200) {
    throw await errorOf(response, request);
  }
  return parseJson(await readText(response, context.maxAnswerBytes), `list of ${resource.plural}`);
}

export function selectionQuery({ labelSelector, fieldSelector }: Selection): URLSearchParams {
  return new URLSearchParams({
    ...(labelSelector !== undefined && { labelSelector }),
    ...(fieldSelector !== undefined && { fieldSelector }),
  });
}

/** A server that has no metadata-only form answers with whole objects, which the second type allows. */
export function acceptOf(
  selection: Selection,
  kind: 'PartialObjectMetadata' | 'PartialObjectMetadataList',
): string {
  return selection.metadataOnly
    ? `application/json;as=${kind};g=meta.k8s.io;v=v1,application/json`
    : 'application/json';
}

function requireVersion(version: string | undefined, resource: Resource): string {
  if (!version) {
    throw new KubeError('protocol', `the list of ${resource.plural} carries no resourceVersion`);
  }
  return version;
}
