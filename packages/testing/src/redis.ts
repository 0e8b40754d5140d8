import { runProgram } from './run-program.ts';
import { ServerProcess } from './server-process.ts';

export interface Redis extends AsyncDisposable {
  readonly host: string;
  readonly port: number;
  /** Runs redis-cli with these arguments as the default user; gives what it printed. */
  cli(...args: readonly string[]): Promise<string>;
}

const host = '127.0.0.1';

/** A new Redis server on a free loopback port; its default user has this password. Nothing is written to a disk. */
export async function startRedis({ password }: { readonly password: string }): Promise<Redis> {
  const cli = (port: number, args: readonly string[]) =>
    runProgram('redis-cli', ['-p', String(port), '--no-auth-warning', ...args], {
      env: { REDISCLI_AUTH: password },
    });
  const server = await ServerProcess.start({
    program: 'redis-server',
    args: ({ folder, port }) => [
      ...['--port', String(port), '--bind', host, '--dir', folder, '--requirepass', password],
      ...['--enable-debug-command', 'local', '--save', '', '--repl-diskless-sync-delay', '0'],
    ],
    // redis-cli ends with 0 too when the server says that it is still loading.
    probe: async ({ port }) => {
      const answer = await cli(port, ['PING']);
      if (!answer.includes('PONG')) throw new Error(answer);
    },
  });
  return {
    host,
    port: server.port,
    cli: (...args) => cli(server.port, args),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}
