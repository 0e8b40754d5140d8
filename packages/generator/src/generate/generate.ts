import { readFile } from 'node:fs/promises';
import { Failure, Secret } from '@backup-maker/model';
import { podKeyPath } from '../manifest/layout.ts';
import type { Keys, ManifestOptions, SecretEntry } from '../manifest/manifest-options.ts';
import { cronJobManifest, jobManifest, procedureManifests } from '../manifests.ts';
import { parseDefinition } from '../procedure/definition.ts';
import { type HelmValues, parseHelmValues } from '../procedure/helm-values.ts';
import type { Operation } from '../procedure/operation.ts';
import type { ProcedureTemplate } from '../procedure/procedure-template.ts';
import { renderProcedure } from '../procedure/render-procedure.ts';
import { sectionOf, setVariables, type Variables } from '../procedure/variables.ts';
import { evaluateEnvironment } from './evaluate-environment.ts';
import { armoredKey, checkSealedSecret, type KeyFile, readKeyFile } from './key-file.ts';
import { printManifests } from './print-manifests.ts';
import { TemplateStore } from './template-store.ts';

export interface GenerateOptions {
  readonly operation: Operation;
  /** Name of a built-in or user template. */
  readonly template: string;
  /** Path of the definition file. */
  readonly definition: string;
  /** Manifests instead of a script. */
  readonly kubernetes: boolean;
  readonly gpgKeyPath: string;
  /** Cron expression; `HelmValues.schedule` wins. */
  readonly schedule: string;
  /** `HelmValues.name` wins. */
  readonly name: string;
  /** In place of the template's; `HelmValues.image` wins. */
  readonly image?: string | undefined;
  readonly namespace?: string | undefined;
  readonly homeDirectory: string;
  /** What `now` gives in templates, in milliseconds since the epoch; by default the present. */
  readonly nowMs?: number;
  /** The zone in which templates read the clock: by default the one of this machine. */
  readonly timeZone?: string;
  /** What `HelmValues.env` is evaluated in. */
  readonly environment: NodeJS.ProcessEnv;
  readonly signal?: AbortSignal | undefined;
}

export interface GeneratedFile {
  readonly name: string;
  readonly mode: number;
  readonly content: Uint8Array;
}

export interface Generated {
  /** The script or the manifests first, then what lies beside it. */
  readonly files: readonly [GeneratedFile, ...GeneratedFile[]];
  readonly warnings: readonly string[];
}

/** Where a script that stands alone finds its key: beside itself. */
const keyBesideScript = '$(dirname -- "$0")/gpg-key';

/**
 * A script, or manifests, from a template and a definition file. Writes nothing.
 * @throws Failure `invalid-input` or `not-found` with file, line and key.
 */
export async function generate(options: GenerateOptions): Promise<Generated> {
  const { signal } = options;
  const { template, warnings } = await new TemplateStore(options).find(options.template, options.operation);
  if (template[options.operation] === '') {
    throw new Failure('not-found', `the template ${template.name} has no script for ${options.operation}`);
  }
  const source = await readInput(options.definition, 'the definition', signal);
  const definition = parseDefinition(new TextDecoder().decode(source), { source: options.definition });
  const key = readKeyFile(await readInput(options.gpgKeyPath, 'the key', signal), options.gpgKeyPath);
  const inputs = { options, template, definition, key };
  const generated = options.kubernetes ? await generateManifests(inputs) : generateScript(inputs);
  return { ...generated, warnings: [...warnings, ...generated.warnings] };
}

interface Inputs {
  readonly options: GenerateOptions;
  readonly template: ProcedureTemplate;
  readonly definition: Variables;
  readonly key: KeyFile;
}

function generateScript({ options, template, definition, key }: Inputs): Generated {
  const { operation } = options;
  if (key.kind === 'sealed') {
    throw new Failure(
      'invalid-input',
      `${options.gpgKeyPath} is a SealedSecret, which only --kubernetes can use`,
    );
  }
  checkRestoreKey(operation, key, options.gpgKeyPath);
  const procedure = renderProcedure({
    operation,
    template,
    variables: definition,
    target: 'shell',
    keyPath: keyBesideScript,
    nowMs: options.nowMs ?? Date.now(),
    timeZone: options.timeZone ?? Intl.DateTimeFormat().resolvedOptions().timeZone,
  });
  const warnings = [...procedure.warnings];
  if (operation === 'backup' && key.kind === 'private') {
    warnings.push(`${options.gpgKeyPath} holds a private key: a backup needs the public key only`);
  }
  return {
    files: [
      { name: `${operation}.sh`, mode: 0o700, content: Buffer.from(procedure.script) },
      { name: 'gpg-key', mode: 0o600, content: key.bytes },
    ],
    warnings,
  };
}

async function generateManifests({ options, template, definition, key }: Inputs): Promise<Generated> {
  const { operation } = options;
  const variables = await withEvaluatedEnvironment(definition, options);
  const helmValues = parseHelmValues(sectionOf(variables.values, 'HelmValues'));
  const name = helmValues.name ?? options.name;
  if (key.kind === 'sealed') {
    const reservedNames = [name, `${name}-${operation}`, `${name}-${operation}-files`];
    checkSealedSecret(key.sealed, { path: options.gpgKeyPath, namespace: options.namespace, reservedNames });
  }
  const procedure = renderProcedure({
    operation,
    template,
    variables,
    keyPath: podKeyPath,
    nowMs: options.nowMs ?? Date.now(),
    timeZone: options.timeZone ?? Intl.DateTimeFormat().resolvedOptions().timeZone,
  });
  const common: ManifestOptions = {
    procedure:
      options.image === undefined ? procedure : { ...procedure, image: options.image, inject: false },
    name,
    namespace: options.namespace,
    keys: podKeys(options, key),
    environmentFromSecrets: sealedEnvironment(key),
  };
  const { variables: environment, files, configMap } = procedureManifests(common);
  const { object, warnings } = runnable(common, { options, helmValues });
  const objects = [environment, files, configMap, object];
  const sealed = key.kind === 'sealed' ? `---\n${key.sealed.source.replace(/^---\n/, '').trimEnd()}\n` : '';
  const content = Buffer.from(printManifests(objects) + sealed);
  return {
    files: [{ name: `${operation}.yaml`, mode: 0o600, content }],
    warnings: [...procedure.warnings, ...warnings],
  };
}

function runnable(
  common: ManifestOptions,
  { options, helmValues }: { readonly options: GenerateOptions; readonly helmValues: HelmValues },
): { readonly object: object; readonly warnings: readonly string[] } {
  const kind = helmValues.kindType ?? (options.operation === 'backup' ? 'CronJob' : 'Job');
  if (kind === 'CronJob') {
    const schedule = { scheduleEvery: helmValues.schedule ?? options.schedule };
    return { object: cronJobManifest({ ...common, schedule }), warnings: [] };
  }
  if (kind !== 'Job' && kind !== 'Pod') {
    throw new Failure('invalid-input', `HelmValues.kindType must be CronJob, Job or Pod, not ${kind}`);
  }
  const object = jobManifest({
    ...common,
    jobName: `${common.name}-${options.operation}`,
    ...(options.operation === 'restore' ? { restoreVersion: 'latest' } : {}),
  });
  return { object, warnings: kind === 'Pod' ? ['HelmValues.kindType is Pod: it runs as a Job'] : [] };
}

function podKeys({ operation, gpgKeyPath }: GenerateOptions, key: KeyFile): Keys {
  if (key.kind === 'sealed') {
    return { existing: { secretName: key.sealed.name, key: 'gpg-key' } };
  }
  checkRestoreKey(operation, key, gpgKeyPath);
  if (operation === 'restore') {
    return { privateKey: new Secret(armoredKey(key.bytes, 'private')) };
  }
  if (key.kind === 'private') {
    const message = `${gpgKeyPath} holds a private key, which must not be on the side that writes backups: give the public key (gpg --export --armor)`;
    throw new Failure('invalid-input', message);
  }
  return { publicKeys: [armoredKey(key.bytes, 'public')] };
}

function checkRestoreKey(operation: Operation, key: KeyFile, path: string): void {
  if (operation === 'restore' && key.kind === 'public') {
    throw new Failure('invalid-input', `${path} holds a public key: a restore needs the private key`);
  }
}

/** Every other entry of a SealedSecret becomes an environment variable of the same name. */
function sealedEnvironment(key: KeyFile): Readonly<Record<string, SecretEntry>> | undefined {
  if (key.kind !== 'sealed') return undefined;
  const names = key.sealed.keys.filter((name) => /^[A-Za-z_][A-Za-z0-9_]*$/.test(name));
  return Object.fromEntries(names.map((name) => [name, { secretName: key.sealed.name, key: name }]));
}

async function withEvaluatedEnvironment(definition: Variables, options: GenerateOptions): Promise<Variables> {
  const { env } = parseHelmValues(sectionOf(definition.values, 'HelmValues'));
  const evaluated = await evaluateEnvironment(env, options);
  return setVariables(
    definition,
    Object.fromEntries(Object.entries(evaluated).map(([name, value]) => [`HelmValues.env.${name}`, value])),
  );
}

async function readInput(path: string, what: string, signal: AbortSignal | undefined): Promise<Uint8Array> {
  try {
    return await readFile(path, { signal });
  } catch (error) {
    const absent = (error as NodeJS.ErrnoException).code === 'ENOENT';
    throw new Failure(
      absent ? 'not-found' : 'invalid-input',
      absent ? `${what} ${path} does not exist` : `cannot read ${what} ${path}: ${(error as Error).message}`,
      { cause: error },
    );
  }
}
