import { findProgram } from '@backup-maker/testing';
import { output, ServerProcess } from './server-process.ts';

export interface MariaDb extends AsyncDisposable {
  readonly port: number;
  /** Runs SQL as root and gives the rows, tab-separated. */
  query(sql: string): Promise<string>;
}

/** A MariaDB server whose root has no password. */
export async function startMariaDb(): Promise<MariaDb> {
  const program = findProgram('mariadbd') ?? 'mariadbd';
  const query = (port: number, sql: string) =>
    output(
      'mariadb',
      [
        '--no-defaults',
        '--protocol=tcp',
        '--host=127.0.0.1',
        `--port=${port}`,
        '--user=root',
        '--default-character-set=utf8mb4',
        '-N',
        '-B',
      ],
      {
        input: sql,
      },
    );
  const server = await ServerProcess.start({
    program,
    prepare: async (folder) => {
      const install = [
        '--no-defaults',
        `--datadir=${folder}/data`,
        '--auth-root-authentication-method=normal',
      ];
      await output('mariadb-install-db', [...install, '--skip-test-db', '--user=root']);
    },
    args: ({ folder, port }) => [
      '--no-defaults',
      `--datadir=${folder}/data`,
      `--socket=${folder}/socket`,
      `--pid-file=${folder}/pid`,
      `--port=${port}`,
      '--bind-address=127.0.0.1',
      '--user=root',
      '--innodb-flush-log-at-trx-commit=0',
      '--skip-name-resolve',
      '--character-set-server=utf8mb4',
      '--max-allowed-packet=64M',
    ],
    probe: ({ port }) => query(port, 'SELECT 1'),
  });
  return {
    port: server.port,
    query: (sql) => query(server.port, sql),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}
