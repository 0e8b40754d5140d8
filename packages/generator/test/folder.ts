import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Names, types, permissions, owners, times and contents of everything in a folder. */
export async function fingerprint(folder: string): Promise<string> {
  const members = ['.', '-mindepth', '1', '-printf', '%P %y %m %U:%G %T@ %l\\0'];
  const { stdout: names } = await run('find', members, { cwd: folder });
  const digests = 'find . -type f -print0 | sort -z | xargs -0 -r sha256sum';
  const { stdout: sums } = await run('bash', ['--norc', '-c', digests], { cwd: folder });
  return names.split('\0').sort().join('\n') + sums;
}
