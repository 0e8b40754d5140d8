import { runProgram } from './run-program.ts';
import { ServerProcess } from './server-process.ts';

export interface MariaDb extends AsyncDisposable {
  readonly host: string;
  readonly port: number;
  /** Runs SQL, as root by default; gives the rows, tab-separated. */
  query(sql: string, login?: { readonly user: string; readonly password: string }): Promise<string>;
}

const host = '127.0.0.1';

/** A new MariaDB server on a free loopback port, whose root has no password. */
export async function startMariaDb(): Promise<MariaDb> {
  const server = await ServerProcess.start({
    program: 'mariadbd',
    prepare: async (folder) => {
      const data = [`--datadir=${folder}/data`, '--auth-root-authentication-method=normal', '--skip-test-db'];
      await runProgram('mariadb-install-db', ['--no-defaults', ...data, ...runAsRoot()]);
    },
    args: ({ folder, port }) => [
      ...['--no-defaults', `--datadir=${folder}/data`, `--socket=${folder}/socket`],
      ...[`--pid-file=${folder}/pid`, `--port=${port}`, `--bind-address=${host}`, ...runAsRoot()],
      ...['--innodb-flush-log-at-trx-commit=0', '--skip-name-resolve'],
      ...['--character-set-server=utf8mb4', '--max-allowed-packet=64M'],
    ],
    probe: ({ port }) => query(port, 'SELECT 1'),
  });
  return {
    host,
    port: server.port,
    query: (sql, login) => query(server.port, sql, login),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

/** The server refuses to run as root unless it is told to. */
function runAsRoot(): readonly string[] {
  return process.getuid?.() === 0 ? ['--user=root'] : [];
}

function query(port: number, sql: string, login = { user: 'root', password: '' }): Promise<string> {
  const connection = ['--no-defaults', '--protocol=tcp', `--host=${host}`, `--port=${port}`];
  const form = ['--default-character-set=utf8mb4', '--skip-column-names', '--batch', '--comments'];
  const env = { MYSQL_PWD: login.password };
  return runProgram('mariadb', [...connection, `--user=${login.user}`, ...form], { input: sql, env });
}
