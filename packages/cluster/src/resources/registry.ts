import type { KubeObject } from '../object.ts';
import { configMapType } from './config-map.ts';
import { cronJobType } from './cron-job.ts';
import { customResourceDefinitionType } from './custom-resource-definition.ts';
import { customTypes } from './custom-type.ts';
import { eventType } from './event.ts';
import { jobType } from './job.ts';
import { leaseType } from './lease.ts';
import { namespaceType } from './namespace.ts';
import { nodeType } from './node.ts';
import { persistentVolumeClaimType } from './persistent-volume-claim.ts';
import { podType } from './pod.ts';
import type { ResourceType } from './resource-type.ts';
import { secretType } from './secret.ts';
import { serviceAccountType } from './service-account.ts';

const builtInTypes: readonly ResourceType[] = [
  configMapType,
  eventType,
  namespaceType,
  nodeType,
  persistentVolumeClaimType,
  podType,
  secretType,
  serviceAccountType,
  customResourceDefinitionType,
  cronJobType,
  jobType,
  leaseType,
];

/** Which resources are served: the built-in ones and those that CustomResourceDefinitions add. */
export class Registry {
  readonly #custom = new Map<string, readonly ResourceType[]>();
  #all: readonly ResourceType[] = builtInTypes;
  /** The same array as long as nothing is defined or removed: documents made of it can be kept by it. */
  get types(): readonly ResourceType[] {
    return this.#all;
  }

  find(group: string, version: string, plural: string): ResourceType | undefined {
    return this.#all.find(
      (type) => type.group === group && type.version === version && type.plural === plural,
    );
  }

  findKind(group: string, kind: string, version?: string): ResourceType | undefined {
    return this.#all.find(
      (type) =>
        type.group === group && type.kind === kind && (version === undefined || type.version === version),
    );
  }

  /** One type for each stored resource, whatever versions it is served in. */
  stored(): readonly ResourceType[] {
    return [...new Map(this.#all.map((type) => [type.storageKey, type])).values()];
  }

  define(crd: KubeObject): void {
    this.#custom.set(crd.metadata.name, customTypes(crd));
    this.#refresh();
  }

  remove(crdName: string): void {
    this.#custom.delete(crdName);
    this.#refresh();
  }

  #refresh(): void {
    this.#all = [...builtInTypes, ...[...this.#custom.values()].flat()];
  }
}
