import { basename } from 'node:path';
import { runClient } from './run-client.ts';

const name = basename(process.argv0);
const [flag, script] = process.argv.slice(2);

if (flag === '-e' && script !== undefined) {
  // The embedded node starts the programs of pods by a script, with whatever Node.js runs the node: with this.
  new Function('require', script)(process.getBuiltinModule);
} else if (['backup-maker', 'bmg', 'pgbr'].includes(name)) {
  // Pods find these on their PATH, as links to this file.
  runClient(name);
} else {
  void import('../../../packages/standalone/src/main.ts');
}
