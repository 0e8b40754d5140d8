import { Failure } from '@backup-maker/model';
import { decodeText } from '../archive/toc.ts';
import { quoteIdentifier } from '../identifier.ts';
import type { Server } from '../server.ts';
import { type DatabaseStatement, parseDatabaseStatement } from '../sql/database-statement.ts';
import { type Piece, withoutComments } from '../sql/script.ts';
import { namesAfter, tokensOf } from '../sql/tokens.ts';
import { isTemporary } from './database.ts';
import { targetProblems } from './preflight.ts';
import type { Outcome, Psql } from './psql.ts';
import type { Roles } from './roles.ts';
import { refusal, type Target, type Targets } from './targets.ts';
import { tryStatements } from './trial.ts';

export interface ScriptRunOptions {
  readonly server: Server;
  readonly targets: Targets;
  readonly roles: Roles;
  /** The name that a database of the dump gets. */
  readonly nameOf: (database: string) => string;
  readonly startPsql: (database: string, extraArguments: readonly string[]) => Psql;
  /** Instead of the empty one that the dump sets. */
  readonly searchPath: string | undefined;
  /** Throws where the script is not whole; gets what stands behind its last statement. */
  readonly verify: (end: string) => Promise<void>;
}

export interface ScriptResult extends Outcome {
  /** Statements about roles and tablespaces, for the end. */
  readonly globals: readonly string[];
}

const timeouts =
  /^SET (?:statement_timeout|lock_timeout|idle_in_transaction_session_timeout|idle_session_timeout|transaction_timeout) = /;
const emptySearchPath = /^SELECT pg_catalog\.set_config\('search_path', '', false\);$/;
/** What can be made from the data at any time. */
const derived =
  /^(?:CREATE (?:UNIQUE )?INDEX|REFRESH MATERIALIZED VIEW|COMMENT ON INDEX|ALTER INDEX|ALTER TABLE \S+ CLUSTER ON) /;
const heading = /^-- (?:Data for )?Name: (.*); Type: ([A-Z ]+); Schema: (.*?); Owner/m;

/**
 * Runs a dump as SQL: what is in a database goes to a psql in the database made for it; what is about databases, roles
 * and tablespaces is kept for the end, when all is there.
 */
export class ScriptRun {
  readonly #options: ScriptRunOptions;
  readonly #globals: string[] = [];
  readonly #outcome = { leftOut: [] as string[], retried: [] as string[] };
  #current:
    | { readonly database: string; readonly psql: Psql; readonly target: Target | undefined }
    | undefined;
  /** In databases that the dump adds to; they commit when all has come. */
  readonly #additions: Psql[] = [];
  /** In a database of ours, which a dump may hold that was made beside a restore. */
  #isSkipped = false;
  #authorization = '';
  #object = '';
  /** All since the last statement. */
  #end = '';
  #isFragment = false;

  constructor(options: ScriptRunOptions) {
    this.#options = options;
  }

  /** From the beginning in `database`, where one is given. */
  async run(pieces: AsyncIterable<Piece>, database: string | undefined): Promise<ScriptResult> {
    try {
      await (database === undefined ? undefined : this.#open(database));
      for await (const piece of pieces) {
        if (this.#current?.psql.hasEnded) {
          // Its message says why.
          await this.#close();
        }
        await this.#piece(piece);
      }
      // Before psql is told that this was all: it would take a row that was cut for an error of the data.
      await this.#options.verify(this.#end);
      await this.#close();
      for (const psql of this.#additions) {
        await this.#finish(psql);
      }
    } finally {
      for (const psql of [this.#current?.psql, ...this.#additions]) {
        psql?.kill();
      }
    }
    return { ...this.#outcome, globals: this.#globals };
  }

  async #piece(piece: Piece): Promise<void> {
    const wasFragment = this.#isFragment;
    this.#isFragment = piece.kind === 'fragment';
    switch (piece.kind) {
      case 'command':
        this.#end += piece.text;
        return this.#command(withoutComments(piece.text));
      case 'statement':
        this.#end = '';
        return this.#statement(piece.text);
      case 'fragment':
        await (wasFragment ? undefined : this.#begin(piece.text));
        return this.#current?.psql.write(piece.text);
      case 'data':
        return this.#current?.psql.write(piece.text);
      case 'end':
        this.#end += piece.text;
        return;
      default:
        piece satisfies never;
    }
  }

  async #command(line: string): Promise<void> {
    if (/^\\(?:(?:un)?restrict|encoding) /.test(line)) {
      // The former keep psql from running commands of a dump; here none but \connect gets through.
      return;
    }
    const database = connectedDatabase(decodeText(Buffer.from(line, 'latin1')));
    if (database === undefined) {
      throw new Failure(
        'integrity',
        `the dump has a command that pg_dump does not write: ${JSON.stringify(line.slice(0, 60))}`,
      );
    }
    if (database !== this.#current?.database) {
      await this.#close();
      this.#isSkipped = isTemporary(database);
      await (this.#isSkipped ? undefined : this.#open(database));
    }
  }

  async #open(database: string): Promise<void> {
    const { targets, nameOf, startPsql, server } = this.#options;
    const target = targets.all.get(nameOf(database));
    if (
      target === undefined &&
      (await server.query('SELECT FROM pg_database WHERE datname = $1', [database])).length === 0
    ) {
      throw new Failure(
        'conflict',
        `the dump does not make the database ${quoteIdentifier(database)}, and the server has none of this name`,
      );
    }
    if (target !== undefined) {
      await targets.fill(target);
    }
    // A database that the dump adds to, made without --clean: all of it or nothing.
    const psql =
      target === undefined ? startPsql(database, ['--single-transaction']) : startPsql(target.location, []);
    this.#current = { database, psql, target };
  }

  async #close(): Promise<void> {
    const current = this.#current;
    if (current?.target !== undefined || current?.psql.hasEnded) {
      await this.#finish(current.psql);
    } else if (current !== undefined) {
      this.#additions.push(current.psql);
    }
    this.#current = undefined;
  }

  async #finish(psql: Psql): Promise<void> {
    const { leftOut, retried } = await psql.finish();
    this.#outcome.leftOut.push(...leftOut);
    this.#outcome.retried.push(...retried);
  }

  async #statement(text: string): Promise<void> {
    const statement = withoutComments(text);
    if (timeouts.test(statement)) {
      // Set already, those that the server knows.
      return;
    }
    if (/^(?:SET|RESET) SESSION AUTHORIZATION/.test(statement)) {
      this.#authorization = statement.startsWith('RESET') ? '' : decodeText(Buffer.from(statement, 'latin1'));
    }
    const ofDatabase = parseDatabaseStatement(decodeText(Buffer.from(statement, 'latin1')));
    if (ofDatabase !== undefined) {
      return this.#databaseStatement(ofDatabase);
    }
    if (this.#isSkipped) {
      return;
    }
    if (this.#current === undefined) {
      return this.#globalStatement(decodeText(Buffer.from(statement, 'latin1')));
    }
    return this.#objectStatement(text, statement, this.#current.psql);
  }

  async #objectStatement(text: string, statement: string, psql: Psql): Promise<void> {
    await this.#begin(text);
    if (emptySearchPath.test(statement) && this.#options.searchPath !== undefined) {
      await psql.write(`SET search_path = ${latin1(this.#options.searchPath)};\n`);
    } else if (derived.test(statement)) {
      await psql.tryStatement(statement, this.#object, this.#searchPathOfDatabase());
    } else {
      await psql.write(text);
    }
  }

  async #begin(text: string): Promise<void> {
    const [, name, type, schema] = heading.exec(text) ?? [];
    if (name !== undefined) {
      this.#object = `${type} ${schema === '-' ? '' : `${schema}.`}${name}`;
      await this.#current?.psql.begin(decodeText(Buffer.from(this.#object, 'latin1')));
    }
  }

  async #databaseStatement(statement: DatabaseStatement): Promise<void> {
    const { targets, nameOf, server } = this.#options;
    const name = nameOf(statement.database);
    if (statement.verb === 'drop' || isTemporary(name)) {
      return;
    }
    if (statement.verb === 'create') {
      const globals = targets.all.size === 0 ? await tryStatements(server, this.#globals) : [];
      const problems = [...globals, ...(await targetProblems(server, name))];
      if (problems.length > 0) {
        throw refusal(problems);
      }
      await targets.create(name, statement.renamed(name));
      return;
    }
    const renamed = statement.renamed(name);
    const reset = this.#authorization === '' ? '' : ' RESET SESSION AUTHORIZATION;';
    // Before it is made: as part of its removal, such as that it is no template.
    targets.all.get(name)?.statements.push(`${this.#authorization}${renamed}${reset}`);
  }

  async #globalStatement(statement: string): Promise<void> {
    if (/^(?:SET|SELECT|DROP) /.test(statement)) {
      return;
    }
    const { roles } = this.#options;
    const tokens = tokensOf(statement);
    const [role] = /^CREATE (?:ROLE|USER) /.test(statement) ? namesAfter(tokens, 'ROLE', 'USER') : [];
    const [tablespace] = /^CREATE TABLESPACE /.test(statement) ? namesAfter(tokens, 'TABLESPACE') : [];
    if (role !== undefined) {
      this.#globals.push(...(await roles.replace(role)));
    } else if (tablespace !== undefined) {
      await roles.createTablespace(tablespace, statement);
    } else {
      this.#globals.push(statement);
    }
  }

  #searchPathOfDatabase(): string {
    const settings = this.#current?.target?.statements ?? [];
    const [found] = settings.flatMap(
      (text) => /^ALTER DATABASE [\s\S]+ SET search_path TO ([^;]+);$/.exec(text)?.[1] ?? [],
    );
    return latin1(this.#options.searchPath ?? found ?? 'public');
  }
}

/** As a script is written: one character a byte. */
function latin1(text: string): string {
  return Buffer.from(text).toString('latin1');
}

/** `\connect shop`, `\connect "My Shop"`, `\connect -reuse-previous=on "dbname='x=y'"`. */
function connectedDatabase(line: string): string | undefined {
  const [, argument] = /^\\connect (?:-reuse-previous=on )?([\s\S]+?)\n?$/.exec(line) ?? [];
  const quoted = argument?.startsWith('"') ? argument.slice(1, -1).replaceAll('""', '"') : argument;
  const [, value] = line.includes('-reuse-previous=on')
    ? (/^dbname='([\s\S]*)'$/.exec(quoted ?? '') ?? [])
    : [];
  return value === undefined ? quoted : value.replaceAll(/\\([\s\S])/g, '$1');
}
