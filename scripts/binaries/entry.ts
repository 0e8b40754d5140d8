import { basename } from 'node:path';

// One executable under three names, told apart as busybox does it: links cost nothing, three executables 300 MB.
const name = basename(process.argv0);

if (name === 'pgbr') {
  void import('../../packages/pgbr/src/main.ts');
} else {
  if (name === 'bmg') {
    process.argv.splice(2, 0, 'generate');
  }
  void import('../../packages/client/src/main.ts');
}
