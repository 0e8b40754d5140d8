import { type Json, listAt, numberAt, valueAt } from '../json.ts';
import type { KubeObject } from '../object.ts';
import { ConfigError } from './pod-fields.ts';
import type { Rights } from './sandbox/rights.ts';

/** What the security contexts of pod and container say together; the container's word goes first. */
export function rightsOf(pod: KubeObject, container: Json): Rights {
  const own = valueAt(container, 'securityContext');
  const shared = valueAt(pod, 'spec', 'securityContext');
  const user = numberAt(own, 'runAsUser') ?? numberAt(shared, 'runAsUser');
  const nonRoot = valueAt(own, 'runAsNonRoot') ?? valueAt(shared, 'runAsNonRoot') ?? false;
  if (nonRoot === true && (user === undefined || user === 0)) {
    throw new ConfigError(
      'container has runAsNonRoot and would run as root: set runAsUser, images say nothing here',
    );
  }
  const fsGroup = numberAt(shared, 'fsGroup');
  const groups = listAt(shared, 'supplementalGroups').filter((group) => typeof group === 'number');
  return {
    user,
    group: numberAt(own, 'runAsGroup') ?? numberAt(shared, 'runAsGroup'),
    groups: fsGroup === undefined ? groups : [...new Set([...groups, fsGroup])],
    privileged: valueAt(own, 'privileged') === true,
    allowPrivilegeEscalation: valueAt(own, 'allowPrivilegeEscalation') !== false,
    addCapabilities: listAt(own, 'capabilities', 'add').map(String),
    dropCapabilities: listAt(own, 'capabilities', 'drop').map(String),
    readOnlyRoot: valueAt(own, 'readOnlyRootFilesystem') === true,
  };
}

/** Fields of a pod that this node does not act on; told in an event, so that nobody relies on them. */
export function unsupportedFields(pod: KubeObject): readonly string[] {
  const ofContainer = ['livenessProbe', 'readinessProbe', 'startupProbe', 'lifecycle', 'volumeDevices'];
  const ofContext = ['seccompProfile', 'seLinuxOptions', 'appArmorProfile'];
  const found = new Set<string>();
  for (const container of [...listAt(pod, 'spec', 'initContainers'), ...listAt(pod, 'spec', 'containers')]) {
    for (const field of ofContainer.filter((name) => valueAt(container, name) !== undefined)) {
      found.add(field);
    }
    for (const field of ofContext.filter(
      (name) => valueAt(container, 'securityContext', name) !== undefined,
    )) {
      found.add(`securityContext.${field}`);
    }
    if (valueAt(container, 'resources', 'limits') !== undefined) {
      found.add('resources.limits');
    }
  }
  return [...found];
}
