import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { aFolderOfFiles, aMariaDbTable, aSqliteTable, type DataSet } from '../harness/data-sets.ts';
import { aPostgresTable } from '../harness/database.ts';
import { showLogsOnFailure } from '../harness/log-folder.ts';
import { startWorld, type World } from '../harness/world.ts';

/** How templates of existing installations call the client, whatever they back up. */
const make = (command: string) => `#!/bin/bash
set -e
{{- $repository := .Repository }}
backup-maker make --url {{ $repository.url | quote }} -c "${command}" --collection-id {{ $repository.collectionId }} --key {{ $repository.encryptionKeyPath }} --recipient {{ get $repository "recipient" | default "e2e@example.org" | trunc 64 }} --log-level info
`;
const restore = (command: string) => `#!/bin/bash
set -e
export RESTORE_VERSION=\${RESTORE_VERSION:-latest}
{{- $repository := .Repository }}
backup-maker restore --url {{ $repository.url | quote }} -c "${command}" --collection-id {{ $repository.collectionId }} --private-key {{ $repository.encryptionKeyPath }} --recipient {{ get $repository "recipient" | default "e2e@example.org" }} --log-level info --version=\${RESTORE_VERSION}
`;

interface Case {
  readonly dataSet: () => Promise<DataSet>;
  readonly backup: string;
  readonly restore: string;
}

async function aPostgresDataSet(): Promise<DataSet> {
  const { params, password, ...table } = await aPostgresTable();
  return {
    ...table,
    backup: { params, password },
    [Symbol.asyncDispose]: () => table[Symbol.asyncDispose](),
  };
}

const connection = '{{ with .Params }}-h {{ .hostname }} -P {{ .port }} -u {{ .user }} {{ .db }}{{ end }}';
const postgres = '{{ with .Params }}-h {{ .hostname }} -p {{ .port }} -U {{ .user }} -d {{ .db }}{{ end }}';

/** The commands of such templates, quotes in quotes and full paths included, in our own wording. */
const cases: Readonly<Record<string, Case>> = {
  tar: {
    dataSet: aFolderOfFiles,
    backup: make('tar -zcf - {{ .Params.path }}'),
    restore: restore('tar -xzf - -C /'),
  },
  mysql: {
    dataSet: aMariaDbTable,
    backup: make(`env MYSQL_PWD='{{ .Params.password }}' mysqldump ${connection}`),
    restore: restore(`bash -c \\"MYSQL_PWD='{{ .Params.password }}' mysql ${connection}\\"`),
  },
  postgres: {
    dataSet: aPostgresDataSet,
    backup: make(`env PGPASSWORD='{{ .Params.password }}' pg_dump -Fc -c ${postgres}`),
    restore: restore(
      `bash -c \\"PGPASSWORD='{{ .Params.password }}' pg_restore -c --if-exists ${postgres}\\"`,
    ),
  },
  sqlite: {
    dataSet: aSqliteTable,
    backup: make('sqlite3 {{ .Params.path }} .dump'),
    restore: restore(`sh -c 'rm {{ .Params.path }} && sqlite3 {{ .Params.path }}'`),
  },
};

// One world for all: they differ in nothing but the template.
let world: World;
beforeAll(async () => {
  // More actions a minute, from one address, than the server of one application has to expect.
  world = await startWorld({ server: { args: ['--rate-auth-limit', '600'] } });
});
afterAll(() => world?.[Symbol.asyncDispose]());
beforeEach(() => showLogsOnFailure(world.logs));

it.each(Object.entries(cases))(
  'a template of an existing installation for %s backs up and restores, unchanged',
  async (kind, { dataSet, ...spec }) => {
    await using data = await dataSet();
    const name = `${kind}-${world.namespace}`;
    await world.kubectl.apply([
      {
        apiVersion: 'riotkit.org/v1alpha1',
        kind: 'ClusterBackupProcedureTemplate',
        metadata: { name },
        spec,
      },
    ]);
    await world.aUserAndACollection(kind);
    await world.iScheduleABackup(kind, {
      template: { kind: 'ClusterBackupProcedureTemplate', name },
      ...data.backup,
    });

    await data.insert('first');
    await world.iRequestABackup(kind);
    await data.insert('second');
    await world.iRequestARestore(kind);

    expect(await data.words()).toEqual(['first']);
    expect(await world.versionsOf(kind)).toHaveLength(1);
  },
);
