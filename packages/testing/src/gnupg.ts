import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';

export interface Gnupg extends AsyncDisposable {
  /** Its folder, for `GNUPGHOME`. */
  readonly home: string;
  /** Run gpg without questions; gives its standard output, fails with its messages. */
  run(args: readonly string[], input?: Uint8Array | string): Promise<Buffer>;
}

/** A GnuPG with an empty key ring of its own, removed with its agent when disposed of. */
export async function createGnupg(): Promise<Gnupg> {
  // An agent's socket path is at most 107 bytes, so the folder must not lie deep.
  const home = await mkdtemp(join(tmpdir(), 'gpg-'));
  // Passphrases of tests need no stretching that takes a second each time.
  await writeFile(join(home, 'gpg-agent.conf'), 's2k-count 65536\n');
  return {
    home,
    run: (args, input = '') =>
      run(
        'gpg',
        ['--batch', '--no-tty', '--pinentry-mode', 'loopback', '--trust-model', 'always', ...args],
        home,
        input,
      ),
    [Symbol.asyncDispose]: async () => {
      await run('gpgconf', ['--kill', 'all'], home, '');
      await rm(home, { recursive: true, force: true });
    },
  };
}

async function run(
  program: string,
  args: readonly string[],
  home: string,
  input: Uint8Array | string,
): Promise<Buffer> {
  const child = spawn(program, args, { env: { ...process.env, GNUPGHOME: home, LC_ALL: 'C' } });
  // gpg may end before it has read everything; its exit code tells why.
  child.stdin.on('error', () => {});
  child.stdin.end(input);
  const [output, messages, [code]] = await Promise.all([
    buffer(child.stdout),
    buffer(child.stderr),
    once(child, 'close'),
  ]);
  if (code !== 0) {
    throw new Error(`${program} ${args.join(' ')} ended with ${code}: ${messages}`);
  }
  return output;
}
