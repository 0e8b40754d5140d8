import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Failure } from '@backup-maker/model';
import { builtinTemplates, findBuiltinTemplate } from '../builtin/builtin-templates.ts';
import { type Operation, operations } from '../procedure/operation.ts';
import type { ProcedureTemplate } from '../procedure/procedure-template.ts';

export interface TemplateListing {
  readonly name: string;
  readonly origin: 'built-in' | 'user' | 'user (in place of the built-in one)';
  readonly description: string;
}

export interface TemplateStoreOptions {
  /** The user's home: templates are in `.bm/templates/user/{backup,restore}/NAME.tmpl`. */
  readonly homeDirectory: string;
}

/** The built-in templates, and over them the ones in the user's folder. */
export class TemplateStore {
  readonly #folder: string;

  constructor(options: TemplateStoreOptions) {
    this.#folder = join(options.homeDirectory, '.bm', 'templates', 'user');
  }

  async list(): Promise<readonly TemplateListing[]> {
    const own = await this.#ownNames();
    const builtin = builtinTemplates.map(({ name, description = '' }) => ({
      name,
      origin: own.has(name) ? ('user (in place of the built-in one)' as const) : ('built-in' as const),
      description,
    }));
    const others = [...own]
      .filter((name) => findBuiltinTemplate(name) === undefined)
      .map((name) => ({ name, origin: 'user' as const, description: '' }));
    return [...builtin, ...others].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /**
   * The template by name; a user's one first. In place of a built-in one it keeps that one's parameters and image.
   * @throws Failure `not-found` that says where was looked.
   */
  async find(name: string): Promise<ProcedureTemplate> {
    checkName(name);
    const builtin = findBuiltinTemplate(name);
    const [backup, restore] = await Promise.all([this.#read('backup', name), this.#read('restore', name)]);
    if (backup === undefined && restore === undefined) {
      if (builtin !== undefined) return builtin;
      const message = `there is no template ${name}: it is not built in, and not in ${this.#folder}; \`backup-maker generate templates\` lists what there is`;
      throw new Failure('not-found', message);
    }
    const base: ProcedureTemplate = builtin ?? { name, kind: 'custom', backup: '', restore: '' };
    return { ...base, backup: backup ?? base.backup, restore: restore ?? base.restore };
  }

  /**
   * Copies a built-in template into the user's folder, to be changed.
   * @returns the paths written.
   * @throws Failure `conflict` when the user has one of this name already.
   */
  async eject(name: string): Promise<readonly string[]> {
    checkName(name);
    const template = findBuiltinTemplate(name);
    if (template === undefined) {
      throw new Failure('not-found', `there is no built-in template ${name}`);
    }
    const paths: string[] = [];
    for (const operation of operations) {
      const path = this.#path(operation, name);
      await mkdir(join(this.#folder, operation), { recursive: true, mode: 0o700 });
      await writeNew(path, template[operation]);
      paths.push(path);
    }
    return paths;
  }

  async #ownNames(): Promise<ReadonlySet<string>> {
    const lists = await Promise.all(operations.map((operation) => this.#namesIn(operation)));
    return new Set(lists.flat());
  }

  async #namesIn(operation: Operation): Promise<readonly string[]> {
    const files = await absentAs([], readdir(join(this.#folder, operation)));
    return files.filter((file) => file.endsWith('.tmpl')).map((file) => file.slice(0, -'.tmpl'.length));
  }

  #read(operation: Operation, name: string): Promise<string | undefined> {
    return absentAs(undefined, readFile(this.#path(operation, name), 'utf8'));
  }

  #path(operation: Operation, name: string): string {
    return join(this.#folder, operation, `${name}.tmpl`);
  }
}

function checkName(name: string): void {
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/.test(name)) {
    throw new Failure('invalid-input', `${JSON.stringify(name)} is no name of a template`);
  }
}

/** What is not there is `absent`; every other failure stays one. */
async function absentAs<T, A>(absent: A, read: Promise<T>): Promise<T | A> {
  try {
    return await read;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return absent;
    throw Failure.from(error, 'internal', `cannot read a template: ${(error as Error).message}`);
  }
}

async function writeNew(path: string, text: string): Promise<void> {
  try {
    await writeFile(path, text, { flag: 'wx', mode: 0o600 });
  } catch (error) {
    const exists = (error as NodeJS.ErrnoException).code === 'EEXIST';
    throw new Failure(
      exists ? 'conflict' : 'internal',
      exists
        ? `${path} exists already: remove it first`
        : `cannot write ${path}: ${(error as Error).message}`,
      { cause: error },
    );
  }
}
