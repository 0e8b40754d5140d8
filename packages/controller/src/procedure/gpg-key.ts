import { isAlreadyExists, isConflict, type KubeClient } from '@backup-maker/kube';
import { Secret as Hidden, type ScheduledBackup } from '@backup-maker/model';
import { generateKey } from '@backup-maker/openpgp';
import { kinds, type Secret } from '../kinds.ts';
import { annotations, controllerName, labels } from '../labels.ts';
import { invalid, missing } from '../problem.ts';
import { encodeBase64, findEntry } from './secret-entries.ts';

export interface KeyPair {
  readonly publicKey: string;
  /** Undefined where it is kept outside of the cluster: backups do without. */
  readonly privateKey: Hidden | undefined;
  readonly passphrase: Hidden | undefined;
}

type KeyReference = NonNullable<ScheduledBackup['spec']['gpgKeySecretRef']>;

export interface KeyContext {
  readonly client: KubeClient;
  readonly signal: AbortSignal;
  readonly now: () => Date;
  /** Cryptographically random text of a new key's passphrase. */
  readonly randomPassphrase: () => string;
}

/** The key pair that a ScheduledBackup encrypts with; made when it may be and is not there. */
export async function requireKeyPair(
  context: KeyContext,
  namespace: string,
  reference: KeyReference,
): Promise<KeyPair> {
  const { client, signal } = context;
  const name = { namespace, name: reference.secretName };
  const existing = await client.find(kinds.secret, name, { signal });
  const found = existing && readKeyPair(existing, reference);
  if (found) {
    return found;
  }
  if (!reference.createIfNotExists) {
    throw existing
      ? missing(
          'SecretEntryMissing',
          `Secret "${name.name}" has neither the entry "${reference.publicKey}" nor "${reference.privateKey}"`,
        )
      : missing('SecretMissing', `Secret "${name.name}", which gpgKeySecretRef names, does not exist`);
  }
  const stored = await storeNewKey(context, name, reference, existing);
  const pair = readKeyPair(stored, reference);
  if (!pair) {
    throw missing('SecretEntryMissing', `Secret "${name.name}" has no key pair yet`);
  }
  return pair;
}

/** The key, or none (undefined), or an error: a private half without its public one is never completed with another's. */
function readKeyPair(secret: Secret, reference: KeyReference): KeyPair | undefined {
  const publicKey = findEntry(secret, reference.publicKey)?.reveal();
  const privateKey = findEntry(secret, reference.privateKey);
  if (publicKey === undefined && privateKey === undefined) {
    return undefined;
  }
  if (publicKey === undefined) {
    throw invalid(
      'KeyPairIncomplete',
      `Secret "${secret.metadata.name}" has half a key pair: entry "${reference.publicKey}" is missing`,
    );
  }
  return { publicKey, privateKey, passphrase: findEntry(secret, reference.passphraseKey) };
}

/**
 * Make a key pair and store it. The Secret has no owner: losing it loses the backups, so it stays when the
 * ScheduledBackup goes. Whoever stores first wins: `create`, and `replace` with the resourceVersion that was read,
 * fail if somebody else did, and then the stored pair is read.
 */
async function storeNewKey(
  { client, signal, now, randomPassphrase }: KeyContext,
  name: { readonly namespace: string; readonly name: string },
  reference: KeyReference,
  existing: Secret | undefined,
): Promise<Secret> {
  const email = reference.email ?? `${name.name}@${name.namespace}.backups.invalid`;
  const passphrase =
    (existing && findEntry(existing, reference.passphraseKey)) ?? new Hidden(randomPassphrase());
  const key = await generateKey({ email, passphrase, date: now() });
  const entries = {
    [reference.publicKey]: key.publicKeyArmored,
    [reference.privateKey]: key.privateKeyArmored.reveal(),
    [reference.passphraseKey]: passphrase.reveal(),
    'e-mail.txt': email,
  };
  const data = Object.fromEntries(
    Object.entries(entries).map(([entry, text]) => [entry, encodeBase64(text)]),
  );
  const secret: Secret = {
    ...existing,
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      ...(existing?.metadata ?? name),
      labels: {
        ...existing?.metadata.labels,
        [labels.type]: 'GPGSecret',
        [labels.managedBy]: controllerName,
      },
      annotations: { ...existing?.metadata.annotations, [annotations.email]: email },
    },
    data: { ...existing?.data, ...data },
  };
  try {
    return existing
      ? await client.replace(kinds.secret, secret, { signal })
      : await client.create(kinds.secret, secret, { signal });
  } catch (error) {
    if (isAlreadyExists(error) || isConflict(error)) {
      return client.get(kinds.secret, name, { signal });
    }
    throw error;
  }
}
