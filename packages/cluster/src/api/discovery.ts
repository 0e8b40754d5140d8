import type { JsonObject } from '../json.ts';
import type { ResourceType } from '../resources/resource-type.ts';

const verbs = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'];

/** Versions of one group, the preferred one first. */
interface Group {
  readonly name: string;
  readonly versions: readonly string[];
}

/** `v1` before `v1beta2` before `v1beta1` before `v1alpha1`, as Kubernetes orders versions. */
function compareVersions(a: string, b: string): number {
  const [majorA, stageA, minorA] = versionParts(a);
  const [majorB, stageB, minorB] = versionParts(b);
  return stageB - stageA || majorB - majorA || minorB - minorA || (a < b ? -1 : 1);
}

function versionParts(version: string): readonly [number, number, number] {
  const match = /^v(\d+)(?:(alpha|beta)(\d+))?$/.exec(version);
  if (match === null) {
    return [0, -1, 0];
  }
  const stage = match[2] === undefined ? 2 : match[2] === 'beta' ? 1 : 0;
  return [Number(match[1]), stage, Number(match[3] ?? 0)];
}

export function groups(types: readonly ResourceType[]): readonly Group[] {
  const versions = new Map<string, Set<string>>();
  for (const type of types) {
    versions.set(type.group, (versions.get(type.group) ?? new Set()).add(type.version));
  }
  return [...versions].map(([name, set]) => ({ name, versions: [...set].sort(compareVersions) }));
}

export function apiVersions(address: string): JsonObject {
  return {
    kind: 'APIVersions',
    versions: ['v1'],
    serverAddressByClientCIDRs: [{ clientCIDR: '0.0.0.0/0', serverAddress: address }],
  };
}

export function apiGroupList(types: readonly ResourceType[]): JsonObject {
  const named = groups(types).filter((group) => group.name !== '');
  return { kind: 'APIGroupList', apiVersion: 'v1', groups: named.map(groupEntry) };
}

export function apiGroup(types: readonly ResourceType[], name: string): JsonObject | undefined {
  const group = groups(types).find((one) => one.name === name);
  return group && { kind: 'APIGroup', apiVersion: 'v1', ...groupEntry(group) };
}

function groupEntry(group: Group): JsonObject {
  const versions = group.versions.map((version) => ({ groupVersion: `${group.name}/${version}`, version }));
  return { name: group.name, versions, preferredVersion: versions[0] };
}

export function apiResourceList(
  types: readonly ResourceType[],
  group: string,
  version: string,
): JsonObject | undefined {
  const served = types.filter((type) => type.group === group && type.version === version);
  if (served.length === 0) {
    return undefined;
  }
  const resources = served.flatMap((type) => [
    {
      name: type.plural,
      singularName: type.singular,
      namespaced: type.namespaced,
      kind: type.kind,
      verbs,
      ...(type.shortNames.length > 0 && { shortNames: type.shortNames }),
      ...(type.categories.length > 0 && { categories: type.categories }),
    },
    ...subresources(type).map(({ name, verbs: subVerbs }) => ({
      name: `${type.plural}/${name}`,
      singularName: '',
      namespaced: type.namespaced,
      kind: type.kind,
      verbs: subVerbs,
    })),
  ]);
  return {
    kind: 'APIResourceList',
    apiVersion: 'v1',
    groupVersion: group === '' ? version : `${group}/${version}`,
    resources,
  };
}

function subresources(type: ResourceType): readonly { name: string; verbs: readonly string[] }[] {
  return [
    ...(type.hasStatus ? [{ name: 'status', verbs: ['get', 'patch', 'update'] }] : []),
    ...(type.hasLog ? [{ name: 'log', verbs: ['get'] }] : []),
  ];
}

/** Everything in one document, as kubectl asks for since 1.27 (`APIGroupDiscoveryList`). */
export function aggregatedDiscovery(
  types: readonly ResourceType[],
  core: boolean,
  version: 'v2' | 'v2beta1',
): JsonObject {
  const items = groups(types)
    .filter((group) => (group.name === '') === core)
    .map((group) => ({
      metadata: { name: group.name === '' ? null : group.name, creationTimestamp: null },
      versions: group.versions.map((one) => ({
        version: one,
        freshness: 'Current',
        resources: types
          .filter((type) => type.group === group.name && type.version === one)
          .map(aggregatedResource),
      })),
    }));
  return {
    kind: 'APIGroupDiscoveryList',
    apiVersion: `apidiscovery.k8s.io/${version}`,
    metadata: {},
    items: items as unknown as JsonObject[],
  };
}

function aggregatedResource(type: ResourceType): JsonObject {
  const responseKind = { group: type.group, version: type.version, kind: type.kind };
  return {
    resource: type.plural,
    responseKind,
    scope: type.namespaced ? 'Namespaced' : 'Cluster',
    singularResource: type.singular,
    verbs,
    shortNames: type.shortNames,
    categories: type.categories,
    subresources: subresources(type).map(({ name, verbs: subVerbs }) => ({
      subresource: name,
      responseKind,
      verbs: subVerbs,
    })),
  };
}
