import { Failure } from '@backup-maker/model';
import { quoteIdentifier } from '../identifier.ts';
import type { Server } from '../server.ts';
import { parseDatabaseStatement } from '../sql/database-statement.ts';
import { dropDatabase, temporaryNames } from './database.ts';
import { isSuperuser } from './preflight.ts';

/** A database that is restored. */
export interface Target {
  readonly name: string;
  /** The database that its contents go to: one beside the old one, or in its place already. */
  location: string;
  /** About the database as a whole, run under its final name. */
  readonly statements: string[];
}

export interface TargetOptions {
  readonly server: Server;
  readonly inPlace: boolean;
  readonly warn: (message: string) => void;
}

/** Locks are told apart by their class; this one is ours. */
const lockClass = 0x62_72_64_62;

/** The databases of one restore. Disposed of, it removes what was not put in its place. */
export class Targets implements AsyncDisposable {
  readonly all = new Map<string, Target>();
  readonly #options: TargetOptions;
  #isDone = false;

  constructor(options: TargetOptions) {
    this.#options = options;
  }

  /** Make the database that becomes `name`, as the statement of the dump says, once. */
  async create(name: string, statement: string): Promise<Target> {
    const known = this.all.get(name);
    if (known !== undefined) {
      return known;
    }
    const { server } = this.#options;
    await this.#lock(name);
    await this.#removeLeftovers(name);
    const target = { name, location: temporaryNames(name).fresh, statements: [] };
    // Before it is made: a connection that breaks now leaves it.
    this.all.set(name, target);
    await server
      .query(parseDatabaseStatement(statement)?.renamed(target.location) ?? statement)
      .catch(cannotMake(name));
    if (await isSuperuser(server)) {
      await server.query(`ALTER DATABASE ${quoteIdentifier(target.location)} CONNECTION LIMIT 0`);
    }
    return target;
  }

  /** Call before the contents come: the old database goes now, where both do not fit. */
  async fill(target: Target): Promise<void> {
    const { server, inPlace } = this.#options;
    if (inPlace && target.location !== target.name) {
      await dropDatabase(server, target.name);
      await server.query(
        `ALTER DATABASE ${quoteIdentifier(target.location)} RENAME TO ${quoteIdentifier(target.name)}`,
      );
      target.location = target.name;
    }
  }

  /** All databases are in their places. */
  done(): void {
    this.#isDone = true;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#isDone) {
      return;
    }
    const left: string[] = [];
    for (const { location, name } of this.all.values()) {
      if (location === name) {
        this.#options.warn(
          `the database ${quoteIdentifier(name)} is gone, as --in-place removed it first: restore it again`,
        );
      }
      await dropDatabase(this.#options.server, location).catch(() => left.push(location));
    }
    if (left.length > 0) {
      this.#options.warn(
        `could not remove ${left.map(quoteIdentifier).join(', ')}; the next restore of the same does, or DROP DATABASE`,
      );
    }
  }

  async #lock(name: string): Promise<void> {
    const [row] = await this.#options.server.query('SELECT pg_try_advisory_lock($1, hashtext($2)) AS free', [
      lockClass,
      name,
    ]);
    if (row?.free !== true) {
      throw new Failure(
        'busy',
        `another restore of the database ${quoteIdentifier(name)} is running: wait until it ends`,
      );
    }
  }

  async #removeLeftovers(name: string): Promise<void> {
    const { server, warn } = this.#options;
    for (const leftover of Object.values(temporaryNames(name))) {
      if (await dropDatabase(server, leftover)) {
        warn(
          `removed ${quoteIdentifier(leftover)}, left by an interrupted restore of ${quoteIdentifier(name)}`,
        );
      }
    }
  }
}

function cannotMake(name: string): (error: unknown) => never {
  return (cause) => {
    const reason = cause instanceof Error ? cause.message : 'unknown';
    throw new Failure('conflict', `the database ${quoteIdentifier(name)} cannot be made: ${reason}`, {
      cause,
    });
  };
}

export function refusal(problems: readonly string[]): Failure {
  const lines =
    problems.length === 1 ? problems.join('') : problems.map((problem) => `\n- ${problem}`).join('');
  return new Failure('conflict', `nothing was restored: ${lines}`);
}
