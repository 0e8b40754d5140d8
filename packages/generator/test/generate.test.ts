import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { isFailure } from '@backup-maker/model';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { type GenerateOptions, generate, TemplateStore, writeGeneratedFiles } from '../src/index.ts';

const publicKey = '-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nxsBNBA==\n-----END PGP PUBLIC KEY BLOCK-----\n';
const privateKey = '-----BEGIN PGP PRIVATE KEY BLOCK-----\n\nxcLYBA==\n-----END PGP PRIVATE KEY BLOCK-----\n';

const definition = `# what to store
Params: &params
  path: /data # a folder
Repository:
  url: http://127.0.0.1:8080
  collectionId: abc
  token: "\${BR_TOKEN}"
HelmValues:
  env:
    PLAIN: as it is
    FROM_SHELL: "\${FOR_TEST}-$(echo hi)"
  labels: { team: blue }
`;

let folder: string;
const at = (name: string) => join(folder, name);

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'generate-'));
  await writeFile(at('definition.yaml'), definition);
  await writeFile(at('public'), publicKey);
  await writeFile(at('private'), privateKey);
});

afterEach(() => rm(folder, { recursive: true, force: true }));

function optionsFor(changes: Partial<GenerateOptions> = {}): GenerateOptions {
  return {
    operation: 'backup',
    template: 'tar',
    definition: at('definition.yaml'),
    kubernetes: false,
    gpgKeyPath: at(changes.operation === 'restore' ? 'private' : 'public'),
    schedule: '16 1 * * *',
    name: 'my-backup-job',
    homeDirectory: folder,
    environment: { PATH: process.env.PATH, FOR_TEST: 'value of "the" shell' },
    ...changes,
  };
}

async function generated(changes: Partial<GenerateOptions> = {}): Promise<string> {
  const { files } = await generate(optionsFor(changes));
  return Buffer.from(files[0].content).toString();
}

async function refusal(changes: Partial<GenerateOptions>): Promise<string> {
  try {
    await generate(optionsFor(changes));
  } catch (error) {
    if (isFailure(error)) return error.message;
    throw error;
  }
  throw new Error('nothing was refused');
}

async function manifests(changes: Partial<GenerateOptions> = {}) {
  const documents = parseAllDocuments(await generated({ kubernetes: true, ...changes }));
  return documents.map((document) => document.toJS());
}

describe('a script', () => {
  it('is written with its key, neither readable by others', async () => {
    const { files } = await generate(optionsFor());
    await writeGeneratedFiles(at('out'), files);
    const modes = await Promise.all(
      ['backup.sh', 'gpg-key'].map(async (name) =>
        ((await stat(at(`out/${name}`))).mode & 0o777).toString(8),
      ),
    );
    expect(modes).toEqual(['700', '600']);
    expect(await readFile(at('out/gpg-key'), 'utf8')).toBe(publicKey);
    expect(await readdir(at('out'))).toEqual(['backup.sh', 'gpg-key']);
  });

  it.each(['backup', 'restore'] as const)('is valid bash: %s', async (operation) => {
    const script = await generated({ operation });
    execFileSync('bash', ['--norc', '-n'], { input: script });
    expect(script).toContain('BM_AUTH_TOKEN="${BR_TOKEN}"');
  });

  it('warns when a backup is given the private key', async () => {
    const { warnings } = await generate(optionsFor({ gpgKeyPath: at('private') }));
    expect(warnings.join()).toMatch(/private holds a private key/);
  });
});

describe('manifests', () => {
  it('of a backup are Secrets, ConfigMap and CronJob, with the flags', async () => {
    const objects = await manifests({ namespace: 'apps', image: 'my/image:1' });
    const cronJob = objects[3];
    expect(objects.map(({ kind, metadata }) => [kind, metadata.name, metadata.namespace])).toEqual([
      ['Secret', 'my-backup-job-backup', 'apps'],
      ['Secret', 'my-backup-job-backup-files', 'apps'],
      ['ConfigMap', 'my-backup-job-backup', 'apps'],
      ['CronJob', 'my-backup-job-backup', 'apps'],
    ]);
    expect(cronJob.spec.schedule).toBe('16 1 * * *');
    const pod = cronJob.spec.jobTemplate.spec.template;
    expect(pod.spec.containers[0].image).toBe('my/image:1');
    expect(pod.metadata.labels.team).toBe('blue');
  });

  it('of a restore end with a Job', async () => {
    const [, files, , job] = await manifests({ operation: 'restore' });
    expect(job.kind).toBe('Job');
    expect(Buffer.from(files.data['gpg-key'], 'base64').toString()).toBe(privateKey);
  });

  it('hold HelmValues.env as this shell evaluates it, in the Secret', async () => {
    const [secret, , , cronJob] = await manifests();
    const text = (name: string) => Buffer.from(secret.data[name], 'base64').toString();
    expect(text('FROM_SHELL')).toBe('value of "the" shell-hi');
    expect(text('PLAIN')).toBe('as it is');
    expect(cronJob.spec.jobTemplate.spec.template.spec.containers[0].envFrom).toEqual([
      { secretRef: { name: 'my-backup-job-backup' } },
    ]);
  });

  it('keep the private key away from a backup', async () => {
    expect(await refusal({ kubernetes: true, gpgKeyPath: at('private') })).toMatch(
      /private key, which must not/,
    );
  });
});

it('what existing definitions hold and nothing reads is named, and kept', async () => {
  const text = `${definition}  volume: []\n  kindType: Pod\nNotes: &n {}\n`;
  await writeFile(at('definition.yaml'), text);
  const { warnings, files } = await generate(optionsFor({ kubernetes: true }));
  expect(warnings).toEqual([
    expect.stringMatching(
      /definition\.yaml:15:1: Notes is ignored: a definition has Params, Repository, HelmValues/,
    ),
    expect.stringMatching(/^HelmValues\.volume is ignored: HelmValues has name, /),
    'HelmValues.kindType is Pod: it runs as a Job',
  ]);
  expect(Buffer.from(files[0].content).toString()).toContain('kind: Job');
});

describe('a SealedSecret', () => {
  const sealed = (name: string, key: string) => `apiVersion: bitnami.com/v1alpha1
kind: SealedSecret
metadata: { name: ${name}, namespace: apps }
spec:
  encryptedData: { ${key}: AgBy3i, BM_AUTH_TOKEN: AgBy4 }
`;
  const useSealed = async (text: string, changes: Partial<GenerateOptions> = {}) => {
    await writeFile(at('sealed.yaml'), text);
    return { kubernetes: true, gpgKeyPath: at('sealed.yaml'), namespace: 'apps', ...changes };
  };

  it('takes the place of the key', async () => {
    const [, files, , cronJob, last] = await manifests(await useSealed(sealed('keys', 'gpg-key')));
    expect(files.data).toEqual({});
    expect(last).toEqual(parse(sealed('keys', 'gpg-key')));
    const { volumes, containers } = cronJob.spec.jobTemplate.spec.template.spec;
    expect(volumes).toContainEqual({
      name: 'keys',
      secret: { secretName: 'keys', items: [{ key: 'gpg-key', path: 'gpg-key' }], defaultMode: 0o440 },
    });
    expect(containers[0].env).toContainEqual({
      name: 'BM_AUTH_TOKEN',
      valueFrom: { secretKeyRef: { name: 'keys', key: 'BM_AUTH_TOKEN' } },
    });
  });

  it.each([
    ['another namespace', sealed('keys', 'gpg-key'), { namespace: 'other' }, /namespace is apps/],
    ['the name of the job', sealed('my-backup-job', 'gpg-key'), {}, /must not be named my-backup-job/],
    ['no key', sealed('keys', 'other'), {}, /has no gpg-key/],
    ['no Kubernetes', sealed('keys', 'gpg-key'), { kubernetes: false }, /only --kubernetes/],
  ] as const)('is refused for %s', async (_why, text, changes, message) => {
    expect(await refusal(await useSealed(text, changes))).toMatch(message);
  });
});

describe('what is wrong is named', () => {
  it.each([
    [
      'a file that is not there',
      { definition: '/nowhere/definition.yaml' },
      /definition .*definition.yaml does not exist/,
    ],
    ['a template that is not there', { template: 'nope' }, /no template nope/],
    ['a template outside of the folder', { template: '../../etc/passwd' }, /no name of a template/],
    [
      'a public key for a restore',
      { operation: 'restore', gpgKeyPath: 'public' },
      /public key: a restore needs/,
    ],
    ['a key that is none', { gpgKeyPath: 'definition.yaml' }, /neither an OpenPGP key/],
  ] as const)('%s', async (_what, changes, message) => {
    const gpgKeyPath = 'gpgKeyPath' in changes ? { gpgKeyPath: at(changes.gpgKeyPath) } : {};
    expect(await refusal({ ...changes, ...gpgKeyPath })).toMatch(message);
  });

  it.each([
    ['Params: {path: "x}', /definition\.yaml:1:\d+: not valid YAML/],
    ['Params: [1]', /definition\.yaml:1:9: Params must be a map/],
    ['- a', /definition\.yaml:1:1: the definition must be a map/],
    [
      'Params:\n  path: [1]\nRepository: {url: u, collectionId: c}',
      /definition\.yaml:2:3: Params\.path must be a text/,
    ],
    ['Params: {path: /x}\nParams: {path: /y}', /definition\.yaml:2:1: not valid YAML \(duplicate key\)/],
    ['HelmValues: {env: {"a b": c}}', /HelmValues\.env\.a b is no name/],
    [`${definition}  kindType: Deployment`, /kindType must be CronJob, Job or Pod, not Deployment/],
  ])('%j', async (text, message) => {
    await writeFile(at('definition.yaml'), text);
    expect(await refusal({ kubernetes: true })).toMatch(message);
  });

  it('a bomb of aliases', async () => {
    const lines = ['Params:', '  a: &a [x, x, x, x, x, x, x, x, x]'];
    for (const [previous, name] of [...'abcdefghi'].map((letter, i) => [letter, 'bcdefghij'[i]] as const)) {
      lines.push(`  ${name}: &${name} [${`*${previous}, `.repeat(9)}]`);
    }
    await writeFile(at('definition.yaml'), lines.join('\n'));
    expect(await refusal({})).toMatch(/definition\.yaml: /);
  });

  it('an expression in HelmValues.env that fails, without its text', async () => {
    await writeFile(at('definition.yaml'), 'HelmValues: {env: {TOKEN: "$(echo s3cret >&2; exit 3)"}}');
    const message = await refusal({ kubernetes: true });
    expect(message).toBe('HelmValues.env.TOKEN cannot be evaluated');
  });
});

describe('templates of the user', () => {
  const originOf = async (name: string) => {
    const listings = await new TemplateStore({ homeDirectory: folder }).list();
    return listings.find((listing) => listing.name === name)?.origin;
  };
  const write = async (origin: 'user' | '.base', file: string, text: string) => {
    const path = at(`.bm/templates/${origin}/${file}`);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text);
    return path;
  };

  it('made from built-in ones win over them, and keep their parameters', async () => {
    const builtin = await generated();
    const [path = ''] = await new TemplateStore({ homeDirectory: folder }).eject('tar');
    expect(await generated()).toBe(builtin);
    const ejected = await readFile(path, 'utf8');
    await writeFile(path, ejected.replace(/#![\s\S]*/, 'path {{ .Params.path }} {{ .Params.compression }}'));
    expect(await generate(optionsFor())).toMatchObject({ warnings: [] });
    expect(await generated()).toBe('path /data gzip');
    expect(await originOf('tar')).toMatch(/^user/);
  });

  it('that somebody wrote or edited in place of built-in ones win, as they are, and are named', async () => {
    const path = await write('user', 'backup/tar.tmpl', 'tar {{ .Params.path }} {{ .Repository.token }}\n');
    const { files, warnings } = await generate(optionsFor({ kubernetes: true }));
    expect(warnings).toEqual([`${path} is used in place of the built-in template tar`]);
    expect(Buffer.from(files[0].content).toString()).toContain('tar /data ${BR_TOKEN}');
    expect(Buffer.from(files[0].content).toString()).toContain('image: ghcr.io/');
    expect(await originOf('tar')).toMatch(/^user/);
    expect(await generated({ operation: 'restore' })).toContain('backup-maker restore');
  });

  it('that are copies which an earlier generator wrote of its own do not count, and are named', async () => {
    const builtin = await generated();
    const copy = 'COMMAND="tar -zcf - {{ .Params.path }}"\n';
    const path = await write('user', 'backup/tar.tmpl', copy);
    expect(await generated()).toBe('COMMAND="tar -zcf - /data"\n');
    await write('.base', 'backup/tar.tmpl', copy);
    expect(await generated()).toBe(builtin);
    const { warnings } = await generate(optionsFor());
    expect(warnings).toEqual([
      expect.stringMatching(/^.*backup\/tar\.tmpl does not count: .* edit it or give/),
    ]);
    expect(warnings[0]).toContain(path);
    expect(await originOf('tar')).toBe('built-in');
    // One character is an edit.
    await write('user', 'backup/tar.tmpl', `${copy}#`);
    expect(await generated()).toBe('COMMAND="tar -zcf - /data"\n#');
  });

  it('that an earlier generator had built in, and we have not, are still found', async () => {
    await write('.base', 'backup/gitea.tmpl', 'gitea {{ .Params.path }}');
    expect(await generated({ template: 'gitea' })).toBe('gitea /data');
  });

  it('are never overwritten', async () => {
    const store = new TemplateStore({ homeDirectory: folder });
    await store.eject('postgres');
    await expect(store.eject('postgres')).rejects.toMatchObject({ code: 'conflict' });
  });

  it('can tell when they were rendered', async () => {
    await mkdir(at('.bm/templates/user/backup'), { recursive: true });
    await writeFile(at('.bm/templates/user/backup/dated.tmpl'), '# made {{ now | date "2006-01-02" }}');
    expect(await generated({ template: 'dated', nowMs: 1_700_000_000_000 })).toBe('# made 2023-11-14');
  });

  it('can be new', async () => {
    await mkdir(at('.bm/templates/user/backup'), { recursive: true });
    await writeFile(at('.bm/templates/user/backup/mine.tmpl'), 'store {{ .Params.path }}');
    expect(await generated({ template: 'mine' })).toBe('store /data');
    expect(await refusal({ template: 'mine', operation: 'restore' })).toMatch(/no template mine for restore/);
  });
});
