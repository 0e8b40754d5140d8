import type { KubeClient } from '@backup-maker/kube';
import type {
  BackupProcedureTemplate,
  ClusterBackupProcedureTemplate,
  Secret as Hidden,
  ScheduledBackup,
} from '@backup-maker/model';
import { kinds, type Secret } from '../kinds.ts';
import { invalid, missing } from '../problem.ts';
import { type KeyContext, type KeyPair, requireKeyPair } from './gpg-key.ts';
import { entriesOf, requireEntry } from './secret-entries.ts';

/** A template of a user; internal ones are found by their name where the script is rendered. */
type UserTemplate = Pick<ClusterBackupProcedureTemplate['spec'], 'image' | 'backup' | 'restore'>;

export interface Login {
  readonly username: string;
  readonly password: Hidden;
}

/** All that a ScheduledBackup's procedure is made from, read from the API. */
export interface ProcedureInputs {
  readonly backup: ScheduledBackup;
  readonly template: UserTemplate | 'internal';
  readonly overlay: Readonly<Record<string, Hidden>> | undefined;
  readonly keys: KeyPair | undefined;
  readonly additionalRecipients: readonly string[];
  /** From tokenSecretRef. */
  readonly token: Hidden | undefined;
  /** From loginSecretRef. */
  readonly login: Login | undefined;
  /** What brings the client into pods with `inject`; undefined: the image of this release. */
  readonly injectImage: string | undefined;
}

export interface GatherContext extends KeyContext {
  /** From the informers' caches: templates are small and shared by many. */
  readonly findTemplate: (
    kind: 'ClusterBackupProcedureTemplate' | 'BackupProcedureTemplate',
    namespace: string,
    name: string,
  ) => ClusterBackupProcedureTemplate | BackupProcedureTemplate | undefined;
  readonly injectImage: string | undefined;
}

/** Read what `backup` refers to. @throws Failure that names the first thing that is missing or unusable */
export async function gatherProcedure(
  context: GatherContext,
  backup: ScheduledBackup,
): Promise<ProcedureInputs> {
  const { spec } = backup;
  const namespace = backup.metadata.namespace ?? '';
  const secret = (name: string, field: string) => requireSecret(context, namespace, name, field);
  const template = requireTemplate(context, backup);
  const varsSecret = spec.varsSecretRef?.secretName;
  const overlay = varsSecret === undefined ? undefined : await secret(varsSecret, 'varsSecretRef');
  const token = spec.tokenSecretRef && (await secret(spec.tokenSecretRef.secretName, 'tokenSecretRef'));
  const login = spec.loginSecretRef && (await secret(spec.loginSecretRef.secretName, 'loginSecretRef'));
  const recipients = await requireRecipients(context.client, backup, context.signal);
  // Last: it may make a key, which is worth it only when nothing else is missing.
  const keys = spec.gpgKeySecretRef && (await requireKeyPair(context, namespace, spec.gpgKeySecretRef));
  return {
    backup,
    template,
    overlay: overlay && entriesOf(overlay),
    keys,
    additionalRecipients: recipients,
    token: token && spec.tokenSecretRef && requireEntry(token, spec.tokenSecretRef.tokenKey),
    login: login && spec.loginSecretRef && readLogin(login, spec.loginSecretRef),
    injectImage: context.injectImage,
  };
}

/** Every secret value that a run of the procedure may know. */
export function secretsOf({ overlay, keys, token, login }: ProcedureInputs): readonly Hidden[] {
  const single = [keys?.passphrase, token, login?.password].filter((secret) => secret !== undefined);
  return [...Object.values(overlay ?? {}), ...single];
}

function requireTemplate(context: GatherContext, backup: ScheduledBackup): UserTemplate | 'internal' {
  const { kind, name } = backup.spec.templateRef;
  if (kind === 'internal') {
    return 'internal';
  }
  const template = context.findTemplate(kind, backup.metadata.namespace ?? '', name);
  if (!template) {
    throw missing('TemplateMissing', `${kind} "${name}" does not exist`);
  }
  return template.spec;
}

async function requireSecret(
  { client, signal }: GatherContext,
  namespace: string,
  name: string,
  field: string,
): Promise<Secret> {
  const secret = await client.find(kinds.secret, { namespace, name }, { signal });
  if (!secret) {
    throw missing('SecretMissing', `Secret "${name}", which ${field} names, does not exist`);
  }
  return secret;
}

async function requireRecipients(
  client: KubeClient,
  backup: ScheduledBackup,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const name = backup.spec.additionalRecipientsRef?.configMapName;
  if (name === undefined) {
    return [];
  }
  const configMap = await client.find(
    kinds.configMap,
    { namespace: backup.metadata.namespace, name },
    { signal },
  );
  if (!configMap) {
    throw missing(
      'ConfigMapMissing',
      `ConfigMap "${name}", which additionalRecipientsRef names, does not exist`,
    );
  }
  const keys = Object.entries(configMap.data ?? {}).toSorted(([a], [b]) => (a < b ? -1 : 1));
  if (keys.length === 0) {
    throw invalid(
      'ConfigMapEmpty',
      `ConfigMap "${name}", which additionalRecipientsRef names, holds no public key`,
    );
  }
  return keys.map(([, key]) => key);
}

function readLogin(secret: Secret, reference: NonNullable<ScheduledBackup['spec']['loginSecretRef']>): Login {
  return {
    username: requireEntry(secret, reference.usernameKey).reveal(),
    password: requireEntry(secret, reference.passwordKey),
  };
}
