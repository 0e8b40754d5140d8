import { randomBytes } from 'node:crypto';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { Failure } from '@backup-maker/model';
import type { Connection, Container } from '../config.ts';
import { sessionOptions, sessionStatement } from '../session.ts';
import { feed, startTool, type Tool, type ToolContext } from '../tool.ts';

export interface PsqlOptions {
  readonly connection: Connection;
  readonly container: Container | undefined;
  readonly extraArguments: readonly string[];
  readonly database: string;
  readonly context: ToolContext;
  readonly progress: (object: string) => void;
}

/** What psql could not make and that can be made later, from what was restored. */
export interface Outcome {
  /** Left out. */
  readonly leftOut: readonly string[];
  /** Made with another search path than that of the dump. */
  readonly retried: readonly string[];
}

/** One psql in one database, that runs a script as it comes. */
export class Psql {
  readonly #running;
  readonly #mark = randomBytes(8).toString('hex');
  readonly #output: Promise<void>;
  readonly #outcome = { leftOut: [] as string[], retried: [] as string[] };
  #object = '';

  constructor(options: PsqlOptions) {
    this.#running = startTool(psqlTool(options), 'pipe', options.context);
    this.#output = this.#listen(this.#running.child.stdout as Readable, options.progress);
    void this.write(`${sessionStatement};\n`);
  }

  /** Text in latin1, which keeps the bytes of any encoding. */
  write(text: string): Promise<void> {
    return feed(this.#running, Buffer.from(text, 'latin1'));
  }

  /** From now on `object` is at work. */
  begin(object: string): Promise<void> {
    return this.write(this.#say('begin', object));
  }

  /**
   * Run a statement whose work can be done later, too, such as an index. Where a name is not found, it is tried with
   * `searchPath`, which such an index was made with: a dump is restored with an empty one.
   */
  async tryStatement(statement: string, object: string, searchPath: string): Promise<void> {
    await this.write(`
\\set ON_ERROR_STOP 0
${statement}
\\if :ERROR
SET search_path = ${searchPath};
${statement}
\\if :ERROR
SELECT :'SQLSTATE' LIKE '42%' AS pgbr_name_is_missing \\gset
\\if :pgbr_name_is_missing
${this.#say('leftOut', object)}\\else
\\set ON_ERROR_STOP 1
${statement}
\\endif
\\else
${this.#say('retried', object)}\\endif
SELECT pg_catalog.set_config('search_path', '', false);
\\endif
\\set ON_ERROR_STOP 1
`);
  }

  /** @throws Failure that names the object at which it failed */
  async finish(): Promise<Outcome> {
    this.#running.child.stdin?.end();
    const [ended] = await Promise.allSettled([this.#running.ended(), this.#output]);
    if (ended.status === 'rejected') {
      const failure = Failure.from(ended.reason, 'internal', 'psql failed');
      if (failure.code !== 'command-failed' || this.#object === '') {
        throw failure;
      }
      const hint = 'a function that is not found there may need --search-path';
      throw new Failure(failure.code, `${failure.message}; it stopped at ${this.#object} (${hint})`, {
        cause: failure,
      });
    }
    return this.#outcome;
  }

  kill(): void {
    this.#running.child.kill('SIGKILL');
  }

  get hasEnded(): boolean {
    const { exitCode, signalCode } = this.#running.child;
    return exitCode !== null || signalCode !== null;
  }

  #say(event: 'begin' | 'leftOut' | 'retried', object: string): string {
    return `\\echo ${this.#mark} ${event} ${Buffer.from(object).toString('base64url')}\n`;
  }

  async #listen(output: Readable, progress: (object: string) => void): Promise<void> {
    for await (const line of createInterface(output)) {
      const [mark, event, encoded = ''] = line.split(' ');
      if (mark !== this.#mark) {
        continue;
      }
      const object = Buffer.from(encoded, 'base64url').toString();
      if (event === 'leftOut' || event === 'retried') {
        this.#outcome[event].push(object);
      } else {
        this.#object = object;
        progress(object);
      }
    }
  }
}

export function psqlTool({
  connection,
  container,
  extraArguments,
  database,
}: Omit<PsqlOptions, 'context' | 'progress'>): Tool {
  const args = [
    '--no-psqlrc',
    '--quiet',
    '--no-align',
    '--tuples-only',
    '--set=ON_ERROR_STOP=1',
    ...extraArguments,
  ];
  return { name: 'psql', arguments: args, server: { connection, database }, container, sessionOptions };
}
