import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, chown, copyFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect } from 'vitest';
import { stringify } from 'yaml';
import { findBuiltinTemplate, type Operation, parseDefinition, renderProcedure } from '../src/index.ts';

export interface StageOptions {
  readonly template: string;
  /** Programs whose arguments are recorded, and that can be made to fail. */
  readonly programs: readonly string[];
  /** Further folders for the PATH. */
  readonly path?: readonly string[];
}

export type Params = Readonly<Record<string, unknown>>;

export interface RunOptions {
  readonly params: Params;
  /** This program takes and prints some bytes, and fails. */
  readonly breakProgram?: string;
  /** The version is cut to so many bytes. */
  readonly feedBytes?: number;
  /** What the user has set in their environment. */
  readonly environment?: Readonly<Record<string, string>>;
  /** The number of the user who runs the script; needs root. */
  readonly uid?: number;
}

export interface RunResult {
  readonly code: number | null;
  readonly messages: string;
}

/** A run without failure; a mismatch shows what it said. */
export const succeeded: RunResult = { code: 0, messages: expect.any(String) };

const scriptOf = (name: string) => new URL(name, import.meta.url).pathname;

/** A folder in which the scripts of a built-in template run against real programs, with a stand-in for the client. */
export class Stage implements AsyncDisposable {
  readonly folder: string;
  readonly #options: StageOptions;

  private constructor(folder: string, options: StageOptions) {
    this.folder = folder;
    this.#options = options;
  }

  static async create(options: StageOptions): Promise<Stage> {
    const stage = new Stage(await mkdtemp(join(tmpdir(), `stage-${options.template}-`)), options);
    await chmod(stage.folder, 0o755);
    for (const folder of ['bin', 'store', 'temporary']) {
      await mkdir(stage.at(folder));
    }
    await copyFile(scriptOf('stand-in-client.sh'), stage.at('bin/backup-maker'));
    for (const program of options.programs) {
      await copyFile(scriptOf('recording-program.sh'), stage.at(`bin/${program}`));
    }
    return stage;
  }

  at(name: string): string {
    return join(this.folder, name);
  }

  backup(options: RunOptions): Promise<RunResult> {
    return this.#run('backup', options);
  }

  restore(options: RunOptions): Promise<RunResult> {
    return this.#run('restore', options);
  }

  /** The stored version; undefined when there is none. */
  async version(): Promise<Buffer | undefined> {
    try {
      return await readFile(this.at('store/version'));
    } catch {
      return undefined;
    }
  }

  /** Forgets the version and the recorded arguments. */
  async clear(): Promise<void> {
    await rm(this.at('store/version'), { force: true });
    await rm(this.at('arguments'), { force: true });
  }

  /** What the scripts left in the folder for temporary files. */
  leftovers(): Promise<readonly string[]> {
    return readdir(this.at('temporary'));
  }

  /** Every argument that any recorded program and the client were given. */
  async seenArguments(): Promise<string> {
    const logs = ['arguments', 'store/arguments'].map((name) =>
      readFile(this.at(name), 'utf8').catch(() => ''),
    );
    return (await Promise.all(logs)).join('\n');
  }

  async #run(operation: Operation, options: RunOptions): Promise<RunResult> {
    const { params, breakProgram = '', feedBytes, environment = {}, uid } = options;
    const template = findBuiltinTemplate(this.#options.template);
    if (template === undefined) throw new Error(`no template ${this.#options.template}`);
    const definition = stringify({
      Params: params,
      Repository: { url: 'http://127.0.0.1:1', collectionId: 'c' },
    });
    const variables = parseDefinition(definition, { source: 'definition.yaml' });
    const procedure = renderProcedure({ operation, template, variables, keyPath: '/nowhere/gpg-key' });
    await writeFile(this.at(`${operation}.sh`), procedure.script);
    const secrets = Object.entries(procedure.environment).map(
      ([name, value]) => [name, value.reveal()] as const,
    );
    if (uid !== undefined) await this.#openTo(uid);
    const child = spawn('bash', ['--norc', this.at(`${operation}.sh`)], {
      cwd: this.folder,
      stdio: ['ignore', 'ignore', 'pipe'],
      env: {
        PATH: [this.at('bin'), ...(this.#options.path ?? []), process.env.PATH].join(':'),
        HOME: this.at('temporary'),
        TMPDIR: this.at('temporary'),
        LC_ALL: 'C.UTF-8',
        STAND_IN_STORE: this.at('store'),
        ARGUMENTS_LOG: this.at('arguments'),
        BREAK_PROGRAM: breakProgram,
        ...(feedBytes === undefined ? {} : { FEED_BYTES: String(feedBytes) }),
        ...Object.fromEntries(secrets),
        ...environment,
      },
      ...(uid === undefined ? {} : { uid, gid: uid }),
    });
    const [messages, [code]] = await Promise.all([text(child.stderr), once(child, 'close')]);
    return { code, messages };
  }

  async #openTo(uid: number): Promise<void> {
    await rm(this.at('store/arguments'), { force: true });
    for (const folder of ['store', 'temporary']) await chown(this.at(folder), uid, uid);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return rm(this.folder, { recursive: true, force: true });
  }
}

/** Texts that a careless script breaks on. */
export const awkwardTexts: readonly (readonly [name: string, text: string])[] = [
  ['quotes and spaces', ` a'b"c  d`],
  ['dollars and shell characters', '$HOME $5 $$;id|cat&`id`>y*?[z]{a,b}\\'],
  ['a leading dash and a newline', '-rf\nsecond'],
];
