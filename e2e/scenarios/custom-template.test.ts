import { expect, it } from 'vitest';
import { aPostgresTable } from '../harness/database.ts';
import { startWorld } from '../harness/world.ts';

/** As users of the ecosystem have them in their clusters. */
const template = {
  backup: `set -eu -o pipefail
[ "$ADDED_LATER" = 'by hand' ]
export PGPASSWORD='{{ .Params.password }}'
exec backup-maker make --url {{ .Repository.url }} --collection-id {{ .Repository.collectionId }} \\
  --key {{ .Repository.encryptionKeyPath }} \\
  -c 'pg_dump -Fc -c -h {{ .Params.hostname }} -p {{ .Params.port }} -U {{ .Params.user }} {{ .Params.db }}'
`,
  restore: `set -eu -o pipefail
export PGPASSWORD='{{ .Params.password }}'
exec backup-maker restore --url {{ .Repository.url }} --collection-id {{ .Repository.collectionId }} \\
  --private-key {{ .Repository.encryptionKeyPath }} --version "$RESTORE_VERSION" \\
  -c 'pg_restore -c --if-exists --exit-on-error -h {{ .Params.hostname }} -p {{ .Params.port }} -U {{ .Params.user }} -d {{ .Params.db }}'
`,
};

it('a ClusterBackupProcedureTemplate backs up and restores as an internal template does', async () => {
  await using world = await startWorld();
  await using table = await aPostgresTable();
  const name = `pg-${world.namespace}`;
  const metadata = {
    apiVersion: 'riotkit.org/v1alpha1',
    kind: 'ClusterBackupProcedureTemplate',
    metadata: { name },
    spec: template,
  };
  await world.kubectl.apply([metadata]);
  await world.aUserAndACollection('shop');
  await world.iScheduleABackup('shop', {
    template: { kind: 'ClusterBackupProcedureTemplate', name },
    params: table.params,
    password: table.password,
  });

  // What users add to the Secret of an operation reaches its script.
  const ready = ['wait', 'scheduledbackup/shop', '--for=condition=Ready', '--timeout=60s'];
  await world.kubectl.run([...ready, '-n', world.namespace]);
  const added = JSON.stringify({ stringData: { ADDED_LATER: 'by hand' } });
  await world.kubectl.run(['patch', 'secret', 'shop-backup', '-n', world.namespace, '-p', added]);

  await table.insert('first');
  await world.iRequestABackup('shop');
  await table.insert('second');
  await world.iRequestARestore('shop', 'v1');

  expect(await table.words()).toEqual(['first']);
  const secret = await world.kubectl.get('secret', 'shop-backup', world.namespace);
  const configMap = await world.kubectl.get('configmap', 'shop-backup', world.namespace);
  expect(JSON.stringify(configMap), 'the password that the script holds').not.toContain(table.password);
  expect(secret.metadata.labels).toMatchObject({
    'riotkit.org/scheduled-backup': 'shop',
    'riotkit.org/backup-maker': 'true',
  });
});
