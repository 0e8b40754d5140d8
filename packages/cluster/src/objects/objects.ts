import type { Clock } from '../clock.ts';
import { type JsonObject, sameJson } from '../json.ts';
import { isBeingDeleted, type KubeObject, kubeTime, withMetadata } from '../object.ts';
import { managersAfterWrite } from '../patch/managed-fields.ts';
import { namespaceType } from '../resources/namespace.ts';
import { groupVersion, type ResourceType } from '../resources/resource-type.ts';
import { alreadyExists, badRequest, forbidden, invalid, notFound } from '../status-error.ts';
import type { Store } from '../store/store.ts';
import { assertValid, conform, type FieldValidation } from './admit.ts';
import { type DeleteOptions, type Deletion, planDeletion } from './deletion.ts';
import { assertFinalizers, assertSameObject, assertType } from './expectations.ts';
import type { Identity } from './identity.ts';
import {
  isReadyToGo,
  type Subresource,
  settle,
  specFinalizers,
  withoutStatus,
  withoutVolatile,
} from './settle.ts';

export interface WriteOptions {
  readonly dryRun?: boolean;
  readonly fieldManager?: string;
  readonly fieldValidation?: FieldValidation;
  readonly subresource?: Subresource;
  readonly warn?: (message: string) => void;
  /** Server-side apply keeps its own account of managers and hands it over here. */
  readonly managersAreSet?: boolean;
}

export interface ObjectsOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly identity: Identity;
}

/**
 * The rules by which objects come, change and go: the same for a request over HTTP and for the cluster's own controllers.
 * Everything here is synchronous: between the check of a resourceVersion and the write nothing can come in between.
 */
export class Objects {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #identity: Identity;

  constructor(options: ObjectsOptions) {
    this.#store = options.store;
    this.#clock = options.clock;
    this.#identity = options.identity;
  }

  find(type: ResourceType, namespace: string, name: string): KubeObject | undefined {
    return this.#store.get(type.storageKey, namespace, name);
  }

  get(type: ResourceType, namespace: string, name: string): KubeObject {
    const found = this.find(type, namespace, name);
    if (found === undefined) {
      throw notFound(type, name);
    }
    return found;
  }

  list(type: ResourceType, namespace?: string): readonly KubeObject[] {
    return this.#store.list(type.storageKey, namespace).map((entry) => entry.object);
  }

  create(type: ResourceType, input: JsonObject, options: WriteOptions = {}): KubeObject {
    const draft = this.#draft(type, input, options);
    const { namespace = '', name } = draft.metadata;
    const prepared = type.behaviour.prepareCreate?.(draft) ?? withoutStatus(draft, type);
    assertValid(prepared, type);
    this.#assertNamespaceTakesObjects(type, namespace, name);
    if (this.find(type, namespace, name) !== undefined) {
      throw alreadyExists(type, name);
    }
    const complete = this.#withManagers(type, undefined, prepared, options);
    return options.dryRun ? complete : this.#store.put(type.storageKey, complete);
  }

  /** Replaces an object by what `change` makes of it. What comes out equal is not written. */
  update(
    type: ResourceType,
    key: { readonly namespace: string; readonly name: string },
    change: (old: KubeObject) => JsonObject,
    options: WriteOptions = {},
  ): KubeObject {
    const old = this.get(type, key.namespace, key.name);
    const input = change(old);
    assertSameObject(type, old, input);
    const conformed = conform(input, type, checks(options)) as KubeObject;
    const settled = settle(type, old, conformed, options.subresource);
    assertFinalizers(type, old, settled);
    assertValid(settled, type, old);
    const complete = this.#withManagers(type, old, settled, options);
    if (sameJson(withoutVolatile(complete), withoutVolatile(old))) {
      return old;
    }
    if (options.dryRun) {
      return complete;
    }
    if (isReadyToGo(complete)) {
      return this.#store.delete(type.storageKey, key.namespace, key.name);
    }
    return this.#store.put(type.storageKey, complete);
  }

  updateStatus(type: ResourceType, object: KubeObject, status: JsonObject): KubeObject {
    const key = { namespace: object.metadata.namespace ?? '', name: object.metadata.name };
    return this.update(type, key, (old) => ({ ...old, status }), {
      subresource: 'status',
      fieldManager: 'embedded-cluster',
    });
  }

  /** Deletes, or marks for deletion where finalizers or a running pod have to end first. */
  delete(
    type: ResourceType,
    key: { readonly namespace: string; readonly name: string },
    options: DeleteOptions = {},
  ): Deletion {
    const old = this.get(type, key.namespace, key.name);
    const plan = planDeletion(type, old, options, this.#clock.now());
    if (options.dryRun) {
      return plan;
    }
    if (plan.gone) {
      return { gone: true, object: this.#store.delete(type.storageKey, key.namespace, key.name) };
    }
    const unchanged = sameJson(plan.object, old);
    return { gone: false, object: unchanged ? old : this.#store.put(type.storageKey, plan.object) };
  }

  removeFinalizer(type: ResourceType, object: KubeObject, finalizer: string): void {
    const key = { namespace: object.metadata.namespace ?? '', name: object.metadata.name };
    const change = (old: KubeObject): KubeObject => {
      const rest = (old.metadata.finalizers ?? []).filter((one) => one !== finalizer);
      return withMetadata(old, { finalizers: rest.length > 0 ? rest : undefined });
    };
    this.update(type, key, change, { fieldManager: 'embedded-cluster' });
  }

  /** Lets an emptied namespace go: its finalizer is in the spec, which no client may change. */
  finalizeNamespace(name: string): void {
    const namespace = this.get(namespaceType, '', name);
    if (isReadyToGo({ ...namespace, spec: {} })) {
      this.#store.delete(namespaceType.storageKey, '', name);
    } else if (specFinalizers(namespace).length > 0) {
      this.#store.put(namespaceType.storageKey, { ...namespace, spec: {} });
    }
  }

  #draft(type: ResourceType, input: JsonObject, options: WriteOptions): KubeObject {
    assertType(type, input);
    const conformed = conform(input, type, checks(options));
    const given = (conformed.metadata ?? {}) as JsonObject & {
      name?: string;
      generateName?: string;
      resourceVersion?: string;
    };
    if ((given.resourceVersion ?? '') !== '') {
      throw badRequest('resourceVersion should not be set on objects to be created');
    }
    const name =
      given.name || (given.generateName ? `${given.generateName}${this.#identity.suffix()}` : undefined);
    if (name === undefined) {
      const message = 'Required value: name or generateName is required';
      throw invalid(type, '', [{ field: 'metadata.name', reason: 'FieldValueRequired', message }]);
    }
    return withMetadata(conformed as KubeObject, {
      name,
      uid: this.#identity.uid(),
      creationTimestamp: kubeTime(this.#clock.now()),
      generation: type.hasGeneration ? 1 : undefined,
      deletionTimestamp: undefined,
      deletionGracePeriodSeconds: undefined,
      resourceVersion: undefined,
      selfLink: undefined,
    });
  }

  #assertNamespaceTakesObjects(type: ResourceType, namespace: string, name: string): void {
    if (!type.namespaced) {
      return;
    }
    const owner = this.find(namespaceType, '', namespace);
    if (owner === undefined) {
      throw notFound(namespaceType, namespace);
    }
    if (isBeingDeleted(owner)) {
      throw forbidden(
        type,
        name,
        `unable to create new content in namespace ${namespace} because it is being terminated`,
      );
    }
  }

  #withManagers(
    type: ResourceType,
    old: KubeObject | undefined,
    object: KubeObject,
    options: WriteOptions,
  ): KubeObject {
    if (options.managersAreSet) {
      return object;
    }
    const managedFields = managersAfterWrite({
      schema: type.schema,
      apiVersion: groupVersion(type),
      old,
      object,
      manager: options.fieldManager ?? 'unknown',
      subresource: options.subresource,
      time: kubeTime(this.#clock.now()),
    });
    return withMetadata(object, { managedFields });
  }
}

function checks(options: WriteOptions): {
  fieldValidation: FieldValidation;
  warn: (message: string) => void;
} {
  return { fieldValidation: options.fieldValidation ?? 'Ignore', warn: options.warn ?? (() => {}) };
}
