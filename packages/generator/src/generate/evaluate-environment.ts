import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { Failure } from '@backup-maker/model';
import { hasExpression, shellWord } from '../procedure/shell-word.ts';

export interface EvaluateOptions {
  readonly environment: NodeJS.ProcessEnv;
  readonly signal?: AbortSignal | undefined;
}

const run = promisify(execFile);
const timeoutMs = 60_000;

/**
 * `HelmValues.env` with `${…}` and `$(…)` evaluated by bash here and now.
 * @throws Failure `command-failed` that names the variable; its value and the shell's words stay unsaid.
 */
export async function evaluateEnvironment(
  values: Readonly<Record<string, string>>,
  options: EvaluateOptions,
): Promise<Readonly<Record<string, string>>> {
  const entries = Object.entries(values).map(
    async ([name, value]) =>
      [name, hasExpression(value) ? await evaluate(name, value, options) : value] as const,
  );
  return Object.fromEntries(await Promise.all(entries));
}

async function evaluate(
  name: string,
  value: string,
  { environment, signal }: EvaluateOptions,
): Promise<string> {
  // Over the environment: an argument could be seen by other users of the machine.
  const script = `set -eu -o pipefail; value=${shellWord(value)}; printf %s "$value"`;
  try {
    const { stdout } = await run('bash', ['--norc', '-c', 'eval "$BM_GENERATE_SCRIPT"'], {
      env: { ...environment, BM_GENERATE_SCRIPT: script },
      timeout: timeoutMs,
      signal,
    });
    return stdout;
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    throw new Failure(
      missing ? 'missing-program' : 'command-failed',
      missing ? 'bash is needed to evaluate HelmValues.env' : `HelmValues.env.${name} cannot be evaluated`,
      { cause: missing ? error : undefined },
    );
  }
}
