import {
  findBuiltinTemplate,
  type Keys,
  labelValue,
  type ManifestOptions,
  overlaySecret,
  parseDefinition,
  podKeyPath,
  type RenderedProcedure,
  renderProcedure,
  setVariables,
  type Variables,
  variableText,
} from '@backup-maker/generator';
import { nameOf, ownerReference } from '@backup-maker/kube';
import { Secret as Hidden, type Operation } from '@backup-maker/model';
import { labels, stableId } from '../labels.ts';
import { invalid, missing } from '../problem.ts';
import { collectionPath, type UsedCollection, usedCollection } from './collection.ts';
import type { ProcedureInputs } from './gather.ts';

/** The script of one operation. @throws Failure that names the missing variable, the template's line, … */
function renderOperation(inputs: ProcedureInputs, operation: Operation): RenderedProcedure {
  return renderProcedure({
    operation,
    template: templateOf(inputs),
    variables: variablesOf(inputs, operation),
    keyPath: inputs.keys ? podKeyPath : undefined,
  });
}

/** What the manifests of one operation have in common. The backup side never gets the private key. */
export function manifestOptions(inputs: ProcedureInputs, operation: Operation): ManifestOptions {
  const { backup } = inputs;
  const { podTemplate, activeDeadlineSeconds, backoffLimit, ttlSecondsAfterFinished } = backup.spec;
  return {
    procedure: renderOperation(inputs, operation),
    name: nameOf(backup),
    namespace: backup.metadata.namespace ?? '',
    trackingId: trackingIdOf(backup, operation),
    ownerReferences: [ownerReference(backup)],
    backoffLimit,
    ...(podTemplate !== undefined && { podTemplate }),
    injectImage: inputs.injectImage,
    keys: keysOf(inputs, operation),
    ...(activeDeadlineSeconds !== undefined && { activeDeadlineSeconds }),
    ...(ttlSecondsAfterFinished !== undefined && { ttlSecondsAfterFinished }),
  };
}

/** @throws Failure where a restore has no private key to decrypt with */
export function requirePrivateKey({ backup, keys }: ProcedureInputs, operation: Operation): void {
  const { secretName, privateKey } = backup.spec.gpgKeySecretRef ?? {};
  if (operation === 'restore' && keys && !keys.privateKey) {
    throw missing(
      'SecretEntryMissing',
      `a restore needs the private key: Secret "${secretName}" has no entry "${privateKey}". Add it, and take it away again after the restore`,
    );
  }
}

/** A backup can't read what it wrote, a restore needs the private key alone. */
function keysOf({ keys, additionalRecipients }: ProcedureInputs, operation: Operation): Keys {
  if (operation === 'restore') {
    return keys?.privateKey ? { privateKey: keys.privateKey } : {};
  }
  return { publicKeys: [...(keys ? [keys.publicKey] : []), ...additionalRecipients] };
}

/** The label that ties the objects of one operation to their ScheduledBackup. */
function trackingIdOf(backup: ProcedureInputs['backup'], operation: Operation): string {
  return stableId(backup.metadata.uid ?? '', operation);
}

/** Where the Backup Repository is, for the controller's own log-in: evaluated nowhere, so it must be plain. */
export function repositoryUrl(inputs: ProcedureInputs): URL {
  const text = variableText(variablesOf(inputs, 'backup'), 'Repository.url');
  if (text === undefined || text === '') {
    throw missing('RepositoryUrlMissing', 'loginSecretRef needs Repository.url in vars: where to log in');
  }
  const url = text.includes('$') ? null : URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw invalid(
      'RepositoryUrlInvalid',
      'loginSecretRef needs Repository.url to be a plain http(s) address: the controller logs in and evaluates no ${…} or $(…)',
    );
  }
  return url;
}

/** In which collection the versions are. @throws Failure where neither the spec nor vars name one */
export function collectionOf(inputs: ProcedureInputs): UsedCollection {
  return collectionIn(givenVariables(inputs), inputs);
}

function collectionIn(given: Variables, { backup, overlay }: ProcedureInputs): UsedCollection {
  const isSecret = given.secretPaths.has(collectionPath);
  return usedCollection(backup, given, (isSecret && overlay?.[collectionPath]?.reveal()) || undefined);
}

/** What the user wrote: vars, with the Secret of varsSecretRef laid over them. */
function givenVariables(inputs: ProcedureInputs): Variables {
  const { spec, metadata } = inputs.backup;
  const parsed = parseDefinition(spec.vars ?? '', {
    source: `spec.vars of ScheduledBackup "${metadata.name}"`,
  });
  return overlaid(parsed, inputs);
}

function variablesOf(inputs: ProcedureInputs, operation: Operation): Variables {
  const given = givenVariables(inputs);
  const collection = collectionIn(given, inputs);
  return setVariables(given, {
    ...(!collection.isSecret && { [collectionPath]: collection.id }),
    ...(inputs.token && { 'Repository.token': inputs.token }),
    ...(inputs.keys &&
      operation === 'restore' && { 'Repository.passphrase': inputs.keys.passphrase ?? new Hidden('') }),
  });
}

function overlaid(variables: Variables, { overlay, backup }: ProcedureInputs): Variables {
  const { secretName, importOnlyKeys } = backup.spec.varsSecretRef ?? {};
  if (!overlay || secretName === undefined) {
    return variables;
  }
  const entries = Object.fromEntries(Object.entries(overlay).map(([key, value]) => [key, value.reveal()]));
  return overlaySecret(variables, { secretName, entries, ...(importOnlyKeys && { importOnlyKeys }) });
}

function templateOf({ template, backup }: ProcedureInputs) {
  const { name } = backup.spec.templateRef;
  if (template !== 'internal') {
    return { ...template, name, kind: 'custom' as const };
  }
  const found = findBuiltinTemplate(name);
  if (!found) {
    throw invalid('TemplateMissing', `there is no internal template "${name}"`);
  }
  return found;
}

/** Labels of what belongs to a ScheduledBackup but is not made by the generator. */
export function childLabels(backup: ProcedureInputs['backup'], operation: Operation, managedBy: string) {
  return {
    [labels.scheduledBackup]: labelValue(nameOf(backup)),
    [labels.operation]: operation,
    [labels.trackingId]: trackingIdOf(backup, operation),
    [labels.managedBy]: managedBy,
    [labels.partOf]: 'backup-maker',
  };
}
