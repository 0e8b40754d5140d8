import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { backupMaker } from './backup-maker.ts';

describe('generate', () => {
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'bm-generate-'));
    await backupMaker(['keygen', '--email', 'ops@example.org', '--output', join(folder, 'k')], {});
    const definition = [
      'Params: {path: /srv/files}',
      'Repository: {url: https://backups.example.org, token: t, collectionId: files, recipient: ops@example.org, passphrase: ""}',
      'HelmValues: {name: files}',
    ];
    await writeFile(join(folder, 'definition.yaml'), definition.join('\n'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  const generate = (...args: string[]) => backupMaker(['generate', ...args], { HOME: folder }, folder);

  it('lists, shows and ejects templates', async () => {
    const listed = await generate('templates', '--json');
    const names = JSON.parse(listed.stdout.toString()).templates.map(({ name }: { name: string }) => name);
    expect(names).toEqual(expect.arrayContaining(['tar', 'postgres']));
    expect((await generate('templates', 'show', 'tar')).stdout.toString()).toContain('backup-maker make');
    expect(await generate('templates', 'eject', 'tar')).toMatchObject({ code: 0 });
    expect((await generate('templates')).stdout.toString()).toMatch(/^tar +user/m);
    expect(await generate('templates', 'show', 'no-such')).toMatchObject({ code: 4 });
    expect(await generate('templates', 'dance')).toMatchObject({ code: 2 });
  });

  it('writes a script with its key beside it, for nobody else to read', async () => {
    const output = join(folder, 'out');
    expect(await generate('backup', '-t', 'tar', '-g', 'k.pub.asc', '-o', output)).toMatchObject({ code: 0 });
    expect(await readFile(join(output, 'backup.sh'), 'utf8')).toContain('backup-maker make');
    expect((await stat(join(output, 'backup.sh'))).mode & 0o777).toBe(0o700);
    expect((await stat(join(output, 'gpg-key'))).mode & 0o777).toBe(0o600);
  });

  it('takes rkc-backup.yaml before definition.yaml, and says where it looked', async () => {
    const print = ['generate', 'backup', '-t', 'tar', '-g', join(folder, 'k.pub.asc'), '--stdout'];
    const elsewhere = await mkdtemp(join(folder, 'both-'));
    const here = () => backupMaker(print, { HOME: folder }, elsewhere);
    expect(await here()).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/neither \.\/rkc-backup\.yaml nor \.\/definition\.yaml/),
    });
    const written = (path: string) =>
      `Params: {path: ${path}}\nRepository: {url: https://b.example.org, token: t, collectionId: c}\n`;
    await writeFile(join(elsewhere, 'definition.yaml'), written('/from/definition'));
    expect((await here()).stdout.toString()).toContain('/from/definition');
    await writeFile(join(elsewhere, 'rkc-backup.yaml'), written('/from/rkc-backup'));
    expect((await here()).stdout.toString()).toContain('/from/rkc-backup');
  });

  it('prints manifests with --stdout', async () => {
    const printed = await generate('backup', '-t', 'tar', '-k', '-n', 'shop', '-g', 'k.pub.asc', '--stdout');
    expect(printed).toMatchObject({ code: 0 });
    expect(printed.stdout.toString()).toMatch(/^kind: CronJob$/m);
  });
});
