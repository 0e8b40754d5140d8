import type { ParameterSchema } from './parameter.ts';

/** `Repository` for the built-in templates; the paths of keys are set by the generator. */
export const repositorySchema: readonly ParameterSchema[] = [
  { name: 'url', type: 'string', required: true, description: 'address of the Backup Repository server' },
  {
    name: 'collectionId',
    type: 'string',
    required: true,
    description: 'the collection to write to or read from',
  },
  {
    name: 'token',
    type: 'string',
    secret: true,
    description: 'access token; by default what `BM_AUTH_TOKEN` holds where the script runs',
  },
  {
    name: 'passphrase',
    type: 'string',
    secret: true,
    description: 'passphrase of the private key; by default what `BM_PASSPHRASE` holds where the script runs',
  },
  {
    name: 'recipient',
    type: 'string',
    description: 'whom to encrypt to, when the key file holds several keys',
  },
  { name: 'encryptionKeyPath', type: 'string', description: 'set by the generator' },
];

const repositoryVariables: Readonly<Record<string, string>> = {
  'Repository.url': 'BM_URL',
  'Repository.collectionId': 'BM_COLLECTION_ID',
  'Repository.token': 'BM_AUTH_TOKEN',
  'Repository.passphrase': 'BM_PASSPHRASE',
  'Repository.recipient': 'BM_RECIPIENT',
};

/** Read from the environment by the client itself, so a script that finds them there need not name them. */
export const clientVariables: ReadonlySet<string> = new Set(['Repository.token', 'Repository.passphrase']);

/** The environment variable that carries the value at a dotted path into a pod. */
export function environmentName(path: string): string {
  return repositoryVariables[path] ?? `BM_${path.replaceAll(/[^A-Za-z0-9]/g, '_').toUpperCase()}`;
}
