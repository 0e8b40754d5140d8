/**
 * The last step before a container's own program, run with `node -e` in the finished sandbox and with the rights that
 * the program will have. Program, arguments, folder and environment come over file descriptor 3: secrets are then never
 * in an argument list, and no variable of the pod (LD_PRELOAD, for one) reaches a program that still has the node's
 * rights. SIGPIPE, which Node ignores, gets its default back where `env` can do that.
 */
export const launchScript = `
const { accessSync, closeSync, constants, readFileSync, statSync, writeSync } = require('node:fs');
const { join } = require('node:path');
process.removeAllListeners('warning');
// As container runtimes have it. The node's own may keep what a restore writes from the application.
process.umask(0o022);
const plan = JSON.parse(readFileSync(3, 'utf8'));
closeSync(3);
try { closeSync(9); } catch { /* only a sandbox has it */ }
const refuse = (message) => { writeSync(2, message + '\\n'); process.exit(128); };
const isProgram = (file) => {
  try { accessSync(file, constants.X_OK); return statSync(file).isFile(); } catch { return false; }
};
try { process.chdir(plan.folder); } catch (error) { refuse('working directory ' + plan.folder + ': ' + error.code); }
const [name, ...args] = plan.command;
const candidates = name.includes('/') ? [name] : (plan.env.PATH || '').split(':').map((folder) => join(folder || '.', name));
const file = candidates.find(isProgram);
if (file === undefined) refuse('exec: ' + JSON.stringify(name) + ': executable file not found' + (name.includes('/') ? '' : ' in $PATH'));
if (plan.resetSignals && !file.includes('=')) {
  process.execve(plan.resetSignals, ['env', '--default-signal=PIPE,XFSZ', '--', file, ...args], plan.env);
} else {
  process.execve(file, [name, ...args], plan.env);
}
`;

export interface LaunchPlan {
  readonly command: readonly string[];
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
  /** The path of an `env` that knows `--default-signal`. */
  readonly resetSignals: string | undefined;
}
