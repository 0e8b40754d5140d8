import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Failure } from '@backup-maker/model';
import { builtinTemplates, findBuiltinTemplate } from '../builtin/builtin-templates.ts';
import { type Operation, operations } from '../procedure/operation.ts';
import type { ProcedureTemplate } from '../procedure/procedure-template.ts';
import { isUneditedOriginal } from './original-templates.ts';

export interface TemplateListing {
  readonly name: string;
  readonly origin: 'built-in' | 'user' | 'user (in place of the built-in one)';
  readonly description: string;
}

export interface FoundTemplate {
  readonly template: ProcedureTemplate;
  readonly warnings: readonly string[];
}

/** The user's own files, and what the original generator keeps of its own beside them. */
type Origin = 'user' | '.base';

/** A comment of the template language that leaves nothing behind, so that the script's first line stays the first. */
const ejectedMark =
  '{{- /* Made from a built-in template, whose parameters, defaults and image apply. */ -}}';

export interface TemplateStoreOptions {
  /** The user's home: templates are in `.bm/templates/user/{backup,restore}/NAME.tmpl`. */
  readonly homeDirectory: string;
}

/** The built-in templates, and over them the ones in the user's folder. */
export class TemplateStore {
  readonly #folder: string;

  constructor(options: TemplateStoreOptions) {
    this.#folder = join(options.homeDirectory, '.bm', 'templates');
  }

  async list(): Promise<readonly TemplateListing[]> {
    const own = await this.#ownNames();
    const builtin = await Promise.all(
      builtinTemplates.map(async ({ name, description = '' }) => ({
        name,
        origin: (await this.#isReplaced(name))
          ? ('user (in place of the built-in one)' as const)
          : ('built-in' as const),
        description,
      })),
    );
    const others = [...own]
      .filter((name) => findBuiltinTemplate(name) === undefined)
      .map((name) => ({ name, origin: 'user' as const, description: '' }));
    return [...builtin, ...others].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  async #isReplaced(name: string): Promise<boolean> {
    const builtin = findBuiltinTemplate(name);
    const found = await Promise.all(operations.map((operation) => this.find(name, operation)));
    return found.some(({ template }) => template !== builtin);
  }

  /**
   * The template by name, for one operation; a user's one first, unless it is a copy that the original generator wrote
   * of its own and nobody edited.
   * @throws Failure `not-found` that says where was looked.
   */
  async find(name: string, operation: Operation): Promise<FoundTemplate> {
    checkName(name);
    const builtin = findBuiltinTemplate(name);
    const [own, original] = await Promise.all([
      this.#read('user', operation, name),
      this.#read('.base', operation, name),
    ]);
    if (builtin !== undefined) return this.#inPlaceOf(builtin, operation, { own, original });
    const script = own ?? original;
    if (script !== undefined) {
      return {
        template: { name, kind: 'custom', backup: '', restore: '', [operation]: script },
        warnings: [],
      };
    }
    const message = `there is no template ${name} for ${operation}: it is not built in, and not in ${this.#folder}; \`backup-maker generate templates\` lists what there is`;
    throw new Failure('not-found', message);
  }

  #inPlaceOf(
    builtin: ProcedureTemplate,
    operation: Operation,
    { own, original }: { readonly own: string | undefined; readonly original: string | undefined },
  ): FoundTemplate {
    if (own === undefined) return { template: builtin, warnings: [] };
    const path = this.#path('user', operation, builtin.name);
    if (isUneditedOriginal(operation, own, original)) {
      const warning = `${path} does not count: it is a copy that an earlier generator wrote and nobody edited, so the built-in template ${builtin.name} is used; to use the file, edit it or give it another name`;
      return { template: builtin, warnings: [warning] };
    }
    if (own.includes(ejectedMark)) return { template: { ...builtin, [operation]: own }, warnings: [] };
    // Written for other rules than those of the built-in one: nothing is checked, filled in or moved for it.
    const { name, image, inject } = builtin;
    const template: ProcedureTemplate = {
      name,
      kind: 'custom',
      backup: '',
      restore: '',
      ...(image === undefined ? {} : { image }),
      ...(inject === undefined ? {} : { inject }),
      [operation]: own,
    };
    return { template, warnings: [`${path} is used in place of the built-in template ${name}`] };
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
      const path = this.#path('user', operation, name);
      await mkdir(dirname(path), { recursive: true, mode: 0o700 });
      await writeNew(path, `${ejectedMark}\n${template[operation]}`);
      paths.push(path);
    }
    return paths;
  }

  async #ownNames(): Promise<ReadonlySet<string>> {
    const lists = await Promise.all(operations.map((operation) => this.#namesIn(operation)));
    return new Set(lists.flat());
  }

  async #namesIn(operation: Operation): Promise<readonly string[]> {
    const files = await absentAs([], readdir(join(this.#folder, 'user', operation)));
    return files.filter((file) => file.endsWith('.tmpl')).map((file) => file.slice(0, -'.tmpl'.length));
  }

  #read(origin: Origin, operation: Operation, name: string): Promise<string | undefined> {
    return absentAs(undefined, readFile(this.#path(origin, operation, name), 'utf8'));
  }

  #path(origin: Origin, operation: Operation, name: string): string {
    return join(this.#folder, origin, operation, `${name}.tmpl`);
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
