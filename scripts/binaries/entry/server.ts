import { frugalMalloc } from '../../../packages/server/src/frugal-start.ts';

// malloc reads its settings when a process starts, so it is replaced by one that has them (same id, same files).
// Where the environment has them already, as a service's or an image's should, it starts once.
const { execPath, argv, env } = process;
if (process.execve && Object.keys(frugalMalloc).some((name) => env[name] === undefined)) {
  process.execve(execPath, [process.argv0, ...argv.slice(2)], { ...frugalMalloc, ...env });
}
void import('../../../packages/server/src/main.ts');
