import { BlockList, isIP, isIPv4 } from 'node:net';
import { type BackupUser, type CollectionGrant, type Role, Secret } from '@backup-maker/model';
import type { SecretEntry } from './secret-entry.ts';

/** Where a stored password is: in the document itself, or in a Secret. */
export type PasswordSource =
  | { readonly kind: 'inline'; readonly encoded: Secret }
  | { readonly kind: 'secret'; readonly entry: SecretEntry };

export interface AccessKey {
  readonly name: string;
  /** undefined: nobody can log in with it. */
  readonly password: PasswordSource | undefined;
  readonly grants: readonly CollectionGrant[];
}

export interface User {
  readonly name: string;
  readonly email: string;
  readonly roles: readonly Role[];
  readonly deactivated: boolean;
  readonly password: PasswordSource | undefined;
  /** May the user come from this address? */
  readonly allowsAddress: (address: string) => boolean;
  /** Entries of `restrictByIP` that cannot be read: they let nobody in. */
  readonly unreadableAddresses: readonly string[];
  readonly accessKeys: readonly AccessKey[];
}

/** A user from its checked resource. */
export function parseUser({ metadata, spec }: BackupUser): User {
  const { allowsAddress, unreadable } = addressRule(spec.restrictByIP ?? []);
  return {
    name: metadata.name,
    email: spec.email ?? '',
    roles: spec.roles ?? [],
    deactivated: spec.deactivated ?? false,
    password: passwordSource(spec, 'reference first'),
    allowsAddress,
    unreadableAddresses: unreadable,
    accessKeys: (spec.accessKeys ?? []).map((key) => ({
      name: key.name ?? '',
      password: passwordSource(key, 'inline first'),
      grants: (key.objects ?? []).map(({ name, roles }) => ({ collection: name, roles: roles ?? [] })),
    })),
  };
}

interface Credentials {
  readonly password?: string;
  readonly passwordFromRef?: SecretEntry;
}

/** Existing documents have both fields, one of them often empty; which counts differs between users and access keys. */
function passwordSource(
  { password, passwordFromRef }: Credentials,
  order: 'reference first' | 'inline first',
): PasswordSource | undefined {
  const inline = password ? ({ kind: 'inline', encoded: new Secret(password) } as const) : undefined;
  const reference = passwordFromRef?.name ? ({ kind: 'secret', entry: passwordFromRef } as const) : undefined;
  return order === 'reference first' ? (reference ?? inline) : (inline ?? reference);
}

interface AddressRule {
  readonly allowsAddress: (address: string) => boolean;
  /** Entries that are neither an address nor a range: they let nobody in. */
  readonly unreadable: readonly string[];
}

function addressRule(entries: readonly string[]): AddressRule {
  const allowed = entries.map((entry) => entry.trim()).filter((entry) => entry !== '');
  const list = new BlockList();
  const unreadable = allowed.filter((entry) => !addEntry(list, entry));
  return {
    unreadable,
    allowsAddress: (address) =>
      allowed.length === 0 || (isIP(address) !== 0 && list.check(address, familyOf(address))),
  };
}

function addEntry(list: BlockList, entry: string): boolean {
  const [address = '', prefix] = entry.split('/');
  try {
    if (prefix === undefined) {
      list.addAddress(address, familyOf(address));
    } else {
      list.addSubnet(address, Number(prefix), familyOf(address));
    }
    return true;
  } catch {
    return false;
  }
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIPv4(address) ? 'ipv4' : 'ipv6';
}
