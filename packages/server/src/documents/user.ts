import { BlockList, isIP, isIPv4 } from 'node:net';
import { type BackupUser, type CollectionGrant, Failure, type Role, Secret } from '@backup-maker/model';
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
  readonly accessKeys: readonly AccessKey[];
}

/**
 * A user from its checked resource.
 * @throws Failure `invalid-input` for a bad address
 */
export function parseUser({ metadata, spec }: BackupUser): User {
  return {
    name: metadata.name,
    email: spec.email ?? '',
    roles: spec.roles ?? [],
    deactivated: spec.deactivated ?? false,
    password: passwordSource(spec),
    allowsAddress: addressRule(spec.restrictByIP ?? []),
    accessKeys: (spec.accessKeys ?? []).map((key) => ({
      name: key.name ?? '',
      password: passwordSource(key),
      grants: (key.objects ?? []).map(({ name, roles }) => ({ collection: name, roles: roles ?? [] })),
    })),
  };
}

interface Credentials {
  readonly password?: string;
  readonly passwordFromRef?: SecretEntry;
}

function passwordSource({ password, passwordFromRef }: Credentials): PasswordSource | undefined {
  if (password !== undefined && password !== '') {
    return { kind: 'inline', encoded: new Secret(password) };
  }
  return passwordFromRef && { kind: 'secret', entry: passwordFromRef };
}

function addressRule(allowed: readonly string[]): (address: string) => boolean {
  if (allowed.length === 0) {
    return () => true;
  }
  const list = new BlockList();
  for (const entry of allowed) {
    addEntry(list, entry);
  }
  return (address) => isIP(address) !== 0 && list.check(address, familyOf(address));
}

function addEntry(list: BlockList, entry: string): void {
  const [address = '', prefix] = entry.trim().split('/');
  try {
    if (prefix === undefined) {
      list.addAddress(address, familyOf(address));
    } else {
      list.addSubnet(address, Number(prefix), familyOf(address));
    }
  } catch (cause) {
    throw new Failure('invalid-input', `restrictByIP: "${entry}" is neither an address nor a CIDR range`, {
      cause,
    });
  }
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIPv4(address) ? 'ipv4' : 'ipv6';
}
