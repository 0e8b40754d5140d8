import { Failure } from '@backup-maker/model';
import { isMap as isYamlMap, parseDocument } from 'yaml';

/** What `--gpg-key-path` may hold. */
export type KeyFile =
  | { readonly kind: 'public' | 'private'; readonly bytes: Uint8Array }
  | { readonly kind: 'sealed'; readonly sealed: SealedSecret };

export interface SealedSecret {
  /** The manifest as written. */
  readonly source: string;
  readonly name: string;
  readonly namespace: string | undefined;
  readonly keys: readonly string[];
}

const secretKeyTag = 5;
const publicKeyTag = 6;

/**
 * Tells a key, armored or binary, and a SealedSecret apart.
 * @throws Failure `invalid-input` for anything else.
 */
export function readKeyFile(bytes: Uint8Array, path: string): KeyFile {
  const text = new TextDecoder().decode(bytes);
  if (text.includes('-----BEGIN PGP PRIVATE KEY BLOCK-----')) return { kind: 'private', bytes };
  if (text.includes('-----BEGIN PGP PUBLIC KEY BLOCK-----')) return { kind: 'public', bytes };
  const tag = packetTag(bytes[0] ?? 0);
  if (tag === secretKeyTag || tag === publicKeyTag) {
    return { kind: tag === secretKeyTag ? 'private' : 'public', bytes };
  }
  if (/^kind:\s*SealedSecret\s*$/m.test(text))
    return { kind: 'sealed', sealed: parseSealedSecret(text, path) };
  throw new Failure('invalid-input', `${path} is neither an OpenPGP key nor a SealedSecret`);
}

/** RFC 9580, section 4.2: both packet formats. */
function packetTag(first: number): number | undefined {
  if ((first & 0x80) === 0) return undefined;
  return (first & 0x40) === 0 ? (first & 0x3c) >> 2 : first & 0x3f;
}

/** The key in ASCII armor (RFC 9580, section 6), without the optional checksum. */
export function armoredKey(bytes: Uint8Array, kind: 'public' | 'private'): string {
  const text = new TextDecoder().decode(bytes);
  if (text.includes('-----BEGIN PGP ')) return text;
  const title = `PGP ${kind === 'public' ? 'PUBLIC' : 'PRIVATE'} KEY BLOCK`;
  const lines =
    Buffer.from(bytes)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return [`-----BEGIN ${title}-----`, '', ...lines, `-----END ${title}-----`, ''].join('\n');
}

function parseSealedSecret(source: string, path: string): SealedSecret {
  const document = parseDocument(source, { prettyErrors: false, logLevel: 'silent' });
  if (document.errors.length > 0 || !isYamlMap(document.contents)) {
    throw new Failure('invalid-input', `${path} is not valid YAML`);
  }
  const name = document.getIn(['metadata', 'name']);
  const namespace = document.getIn(['metadata', 'namespace']);
  const data = document.getIn(['spec', 'encryptedData']);
  if (typeof name !== 'string' || name === '') {
    throw new Failure('invalid-input', `${path}: the SealedSecret has no metadata.name`);
  }
  return {
    source,
    name,
    namespace: typeof namespace === 'string' ? namespace : undefined,
    keys: isYamlMap(data) ? data.items.map(({ key }) => String(key)) : [],
  };
}

export interface SealedSecretRules {
  readonly path: string;
  readonly namespace: string | undefined;
  /** Names of the Secrets that the generator makes. */
  readonly reservedNames: readonly string[];
}

/** @throws Failure `invalid-input` when the Secret that it becomes could not be used by the generated pods. */
export function checkSealedSecret(sealed: SealedSecret, rules: SealedSecretRules): void {
  const refuse = (message: string): never => {
    throw new Failure('invalid-input', `${rules.path}: ${message}`);
  };
  if (sealed.namespace !== rules.namespace) {
    const wanted = rules.namespace ?? 'none';
    refuse(`the SealedSecret's namespace is ${sealed.namespace ?? 'none'}, --k8s-namespace is ${wanted}`);
  }
  if (rules.reservedNames.includes(sealed.name)) {
    refuse(`the SealedSecret must not be named ${sealed.name}: the generated Secret is`);
  }
  if (!sealed.keys.includes('gpg-key')) {
    refuse('the SealedSecret has no gpg-key in spec.encryptedData');
  }
}
