import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { hasPrograms } from '@backup-maker/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Embedded, eventually, startEmbedded } from './embedded.ts';
import { job, pod, widget, widgetDefinition } from './manifests.ts';

describe.skipIf(!hasPrograms('kubectl', 'bash'))('kubectl', () => {
  let embedded: Embedded;

  beforeAll(async () => {
    embedded = await startEmbedded();
    await embedded.kubectl(['apply', '-f', '-'], widgetDefinition);
    await embedded.kubectl(['wait', '--for=condition=Established', 'crd/widgets.example.org']);
  });

  afterAll(() => embedded?.[Symbol.asyncDispose]());

  const kubectl = (args: string, input?: string): Promise<string> => embedded.kubectl(args.split(' '), input);
  const refused = (args: string, input?: string): Promise<string> => embedded.refused(args.split(' '), input);

  test('apply creates, leaves alone and configures', async () => {
    expect(await kubectl('apply -f -', widget('applied'))).toBe('widget.example.org/applied created\n');
    expect(await kubectl('apply -f -', widget('applied'))).toBe('widget.example.org/applied unchanged\n');
    expect(await kubectl('apply -f -', widget('applied', { size: 4 }))).toBe(
      'widget.example.org/applied configured\n',
    );
    expect(await kubectl('get widget applied -o jsonpath={.spec}')).toBe('{"colour":"red","size":4}');
    expect(await kubectl('get widget applied -o jsonpath={.metadata.generation}')).toBe('2');
  });

  test('apply takes away from a built-in kind what its manifest no longer has', async () => {
    const secret = (data: object): string =>
      JSON.stringify({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'pruned' }, stringData: data });
    await kubectl('apply -f -', secret({ a: '1', b: '2' }));
    const map = (data: object): string =>
      JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'pruned' }, data });
    await kubectl('apply -f -', map({ a: '1', b: '2' }));
    await kubectl('apply -f -', map({ a: '1' }));
    expect(await kubectl('get cm pruned -o jsonpath={.data}')).toBe('{"a":"1"}');
    expect(await kubectl('get secret pruned -o jsonpath={.data}')).toBe('{"a":"MQ==","b":"Mg=="}');
  });

  test('tables have the columns of the definition, and more of them with -o wide', async () => {
    await kubectl('apply -f -', widget('shown'));
    await kubectl(
      'patch widget shown --subresource=status --type=merge -p {"status":{"conditions":[{"type":"Ready","status":"True"}]}}',
    );
    expect(await kubectl('get wd shown')).toMatch(/^NAME +SIZE +READY +AGE\nshown +3 +True +\d+s\n$/);
    expect(await kubectl('get wd shown -o wide')).toMatch(/^NAME +SIZE +READY +COLOUR +AGE\n/);
    expect(await kubectl('get wd -A')).toMatch(/^NAMESPACE +NAME +SIZE/);
    expect(await kubectl('get all')).toContain('widget.example.org/shown');
  });

  test('selects by labels and fields', async () => {
    await kubectl('create cm selected --from-literal=a=b');
    await kubectl('label cm selected tier=front');
    expect(await kubectl('get cm -l tier=front -o name')).toBe('configmap/selected\n');
    expect(await kubectl('get cm -l tier!=front,tier -o name')).toBe('');
    expect(await kubectl('get cm --field-selector metadata.name=selected -o name')).toBe(
      'configmap/selected\n',
    );
    expect(await refused('get cm --field-selector data.a=b')).toContain('field label not supported: data.a');
  });

  test.each([
    { type: 'merge', patch: '{"data":{"a":null,"c":"3"}}', result: '{"b":"2","c":"3"}' },
    { type: 'strategic', patch: '{"data":{"a":null,"c":"3"}}', result: '{"b":"2","c":"3"}' },
    {
      type: 'json',
      patch: '[{"op":"test","path":"/data/a","value":"1"},{"op":"remove","path":"/data/a"}]',
      result: '{"b":"2"}',
    },
  ])('patches with $type', async ({ type, patch, result }) => {
    await kubectl(`create cm patched-${type} --from-literal=a=1 --from-literal=b=2`);
    await kubectl(`patch cm patched-${type} --type=${type} -p ${patch}`);
    expect(await kubectl(`get cm patched-${type} -o jsonpath={.data}`)).toBe(result);
  });

  test('server-side apply owns fields, conflicts, and takes over when forced', async () => {
    await kubectl('apply --server-side --field-manager=one -f -', widget('owned', { size: 3, code: 'a' }));
    const refusal = await refused(
      'apply --server-side --field-manager=two -f -',
      widget('owned', { size: 5 }),
    );
    expect(refusal).toContain('conflict with "one"');
    expect(refusal).toContain('.spec.size');
    await kubectl(
      'apply --server-side --force-conflicts --field-manager=two -f -',
      widget('owned', { size: 5 }),
    );
    expect(await kubectl('get widget owned -o jsonpath={.spec}')).toBe(
      '{"code":"a","colour":"red","size":5}',
    );
    await kubectl('apply --server-side --field-manager=one -f -', widget('owned', { size: 5 }));
    expect(await kubectl('get widget owned -o jsonpath={.spec}')).toBe('{"colour":"red","size":5}');
  });

  test('diff shows what would change and says so by its exit code', async () => {
    await kubectl('apply -f -', widget('different'));
    expect(await kubectl('diff -f -', widget('different'))).toBe('');
    const { stdout } = await new Promise<{ stdout: string }>((resolve) => {
      const child = spawn('kubectl', ['diff', '-f', '-'], {
        env: { ...process.env, KUBECONFIG: embedded.kubeconfig },
      });
      let text = '';
      child.stdout.on('data', (chunk) => {
        text += String(chunk);
      });
      child.once('close', () => resolve({ stdout: text }));
      child.stdin.end(widget('different', { size: 9 }));
    });
    expect(stdout).toMatch(/^- {2}size: 3$/m);
    expect(stdout).toMatch(/^\+ {2}size: 9$/m);
  });

  test('edit stores what the editor leaves', async () => {
    await kubectl('create cm edited --from-literal=a=1');
    const editor = join(embedded.folder, 'editor');
    await writeFile(editor, '#!/bin/sh\nsed -i "s/a: \\"1\\"/a: \\"2\\"/" "$1"\n');
    await chmod(editor, 0o755);
    const child = spawn('kubectl', ['edit', 'cm', 'edited'], {
      env: { ...process.env, KUBECONFIG: embedded.kubeconfig, EDITOR: editor },
      stdio: 'ignore',
    });
    expect(await once(child, 'close')).toEqual([0, null]);
    expect(await kubectl('get cm edited -o jsonpath={.data.a}')).toBe('2');
  });

  test('describe tells of the object and its events', async () => {
    await kubectl('apply -f -', job({ name: 'described', script: 'true' }));
    await kubectl('wait --for=condition=complete job/described --timeout=10s');
    const text = await kubectl('describe job described');
    expect(text).toMatch(/Pods Statuses: +0 Active \(0 Ready\) \/ 1 Succeeded \/ 0 Failed/);
    expect(text).toMatch(/SuccessfulCreate .* Created pod: described-/);
  });

  test('explain describes fields', async () => {
    expect(await kubectl('explain widget.spec.size')).toMatch(
      /FIELD: size <integer>[\s\S]*How large it is\./,
    );
    expect(await kubectl('explain pod.spec.containers')).toMatch(/image\t<string>/);
    expect(await refused('explain widget.spec.none')).toContain('field "none" does not exist');
  });

  test('api-resources, api-versions, auth and version answer', async () => {
    const resources = await kubectl('api-resources');
    expect(resources).toMatch(/widgets +wd +example.org\/v1 +true +Widget/);
    expect(resources).toMatch(/cronjobs +cj +batch\/v1 +true +CronJob/);
    expect((await kubectl('api-versions')).split('\n')).toEqual(
      expect.arrayContaining(['v1', 'batch/v1', 'example.org/v1']),
    );
    expect(await kubectl('auth can-i create widgets')).toBe('yes\n');
    expect(await kubectl('auth whoami -o jsonpath={.status.userInfo.username}')).toBe(
      'embedded-cluster:admin',
    );
    expect(await kubectl('version')).toMatch(/Server Version: v1\.\d+\.\d+/);
  });

  test('wait sees conditions, fields and deletion', async () => {
    await kubectl('apply -f -', widget('awaited'));
    const ready = kubectl('wait --for=condition=Ready widget/awaited --timeout=10s');
    const field = kubectl('wait --for=jsonpath={.spec.size}=7 widget/awaited --timeout=10s');
    await kubectl('patch widget awaited --type=merge -p {"spec":{"size":7}}');
    await kubectl(
      'patch widget awaited --subresource=status --type=merge -p {"status":{"conditions":[{"type":"Ready","status":"True"}]}}',
    );
    expect(await ready).toContain('condition met');
    expect(await field).toContain('condition met');
    const gone = kubectl('wait --for=delete widget/awaited --timeout=10s');
    await kubectl('delete widget awaited');
    await gone;
  });

  test('delete waits for finalizers, or not', async () => {
    const held = JSON.stringify({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'held', finalizers: ['example.org/hold'] },
    });
    await kubectl('apply -f -', held);
    await kubectl('delete cm held --wait=false');
    expect(await kubectl('get cm held -o jsonpath={.metadata.deletionTimestamp}')).not.toBe('');
    const deletion = kubectl('wait --for=delete cm/held --timeout=10s');
    await kubectl('patch cm held --type=merge -p {"metadata":{"finalizers":null}}');
    await deletion;
    expect(await refused('get cm held')).toContain('configmaps "held" not found');
  });

  test('get -w shows changes as they come', async () => {
    const child = spawn('kubectl', ['get', 'wd', '-w', '-l', 'watched=yes'], {
      env: { ...process.env, KUBECONFIG: embedded.kubeconfig },
    });
    let text = '';
    child.stdout.on('data', (chunk) => {
      text += String(chunk);
    });
    try {
      const made = JSON.parse(widget('watched')) as { metadata: object };
      await kubectl(
        'apply -f -',
        JSON.stringify({ ...made, metadata: { ...made.metadata, labels: { watched: 'yes' } } }),
      );
      await eventually(
        () => text,
        (seen) => /watched +3 /.test(seen),
      );
      await kubectl('patch wd watched --type=merge -p {"spec":{"size":8}}');
      await eventually(
        () => text,
        (seen) => /watched +8 /.test(seen),
      );
      expect(text).toMatch(/^NAME +SIZE/);
    } finally {
      child.kill();
    }
  });

  test('logs show, follow and select', async () => {
    await kubectl(
      'apply -f -',
      pod({ name: 'talker', script: 'for i in 1 2 3; do echo line $i; sleep 0.2; done; echo oops >&2' }),
    );
    await kubectl('label pod talker app=talker');
    await eventually(
      () => kubectl('get pod talker -o jsonpath={.status.phase}'),
      (phase) => phase === 'Running',
    );
    expect(await kubectl('logs -f talker')).toBe('line 1\nline 2\nline 3\noops\n');
    expect(await kubectl('logs talker --tail=2')).toBe('line 3\noops\n');
    expect(await kubectl('logs -l app=talker --prefix')).toContain('[pod/talker/main] line 1');
    expect(await kubectl('logs talker --timestamps --tail=1')).toMatch(/^\d{4}-\d\d-\d\dT\S+Z oops\n$/);
    expect(await refused('logs talker -c none')).toContain('container none is not valid for pod talker');
  });

  test('create job --from takes the template of a CronJob', async () => {
    await embedded.kubectl([
      'create',
      'cronjob',
      'nightly',
      '--image=any',
      '--schedule=0 2 * * *',
      '--',
      'echo',
      'from cron',
    ]);
    await kubectl('create job by-hand --from=cronjob/nightly');
    await kubectl('wait --for=condition=complete job/by-hand --timeout=10s');
    expect(await kubectl('logs job/by-hand')).toBe('from cron\n');
  });

  test('what it does not have it refuses in words', async () => {
    expect(await refused('rollout status job/none')).toContain('not found');
    expect(await refused('rollout restart cronjob/nightly')).toContain('restarting is not supported');
    expect(await refused('get deployments')).toContain(
      `the server doesn't have a resource type "deployments"`,
    );
    expect(await refused('get --raw /api/v1/namespaces/default/pods/talker/exec')).toMatch(
      /not served|could not find the requested resource/,
    );
    expect(await refused('apply -f -', widget('bad', { size: 30, colour: 'blue' }))).toMatch(
      /Unsupported value: "blue": supported values: "red", "green"[\s\S]*spec.size: Invalid value: 30/,
    );
    expect(await refused('apply -f -', widget('bad', { size: 3, colr: 'x' }))).toContain(
      'unknown field "spec.colr"',
    );
  });

  test('deletes a namespace with all that is in it', async () => {
    await kubectl('create ns doomed');
    await kubectl('create cm -n doomed one --from-literal=a=b');
    await kubectl('apply -n doomed -f -', pod({ name: 'endless', script: 'sleep 1000' }));
    await eventually(
      () => kubectl('get pod -n doomed endless -o jsonpath={.status.phase}'),
      (phase) => phase === 'Running',
    );
    await kubectl('delete ns doomed');
    expect(await refused('get ns doomed')).toContain('not found');
  });
});
