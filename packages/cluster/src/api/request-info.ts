/** What a request is about, as its path says (the RequestInfo of Kubernetes). */
export type RequestInfo =
  | {
      readonly type: 'resource';
      readonly group: string;
      readonly version: string;
      readonly namespace: string | undefined;
      readonly plural: string;
      readonly name: string | undefined;
      readonly subresource: string | undefined;
    }
  | { readonly type: 'other'; readonly path: string };

/** `/api/v1/…` and `/apis/GROUP/VERSION/…`; anything else is not a resource. Throws a URIError on bad escapes. */
export function requestInfo(path: string): RequestInfo {
  const parts = path.split('/').slice(1).map(decodeURIComponent);
  if (parts.at(-1) === '') {
    parts.pop();
  }
  const other: RequestInfo = { type: 'other', path };
  if (parts[0] === 'api' && parts[1] !== undefined) {
    return resource('', parts[1], parts.slice(2)) ?? other;
  }
  if (parts[0] === 'apis' && parts[1] !== undefined && parts[2] !== undefined) {
    return resource(parts[1], parts[2], parts.slice(3)) ?? other;
  }
  return other;
}

function resource(group: string, version: string, rest: readonly string[]): RequestInfo | undefined {
  const inNamespace =
    rest[0] === 'namespaces' && rest.length > 2 && rest[2] !== 'status' && rest[2] !== 'finalize';
  const [plural, name, subresource, ...more] = inNamespace ? rest.slice(2) : rest;
  if (plural === undefined || more.length > 0) {
    return undefined;
  }
  return {
    type: 'resource',
    group,
    version,
    plural,
    name,
    subresource,
    namespace: inNamespace ? rest[1] : undefined,
  };
}
