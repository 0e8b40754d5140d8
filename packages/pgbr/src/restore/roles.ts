import { quoteIdentifier } from '../identifier.ts';
import type { Server } from '../server.ts';

/** Roles and tablespaces that a restore makes before the objects that need them. Disposed of, it removes them. */
export class Roles implements AsyncDisposable {
  readonly #server: Server;
  readonly #made: string[] = [];

  constructor(server: Server) {
    this.#server = server;
  }

  /** Make a role that nobody can log in as yet, where it is missing. */
  async create(role: string): Promise<boolean> {
    const [known] = await this.#server.query('SELECT FROM pg_roles WHERE rolname = $1', [role]);
    if (known === undefined) {
      await this.#server.query(`CREATE ROLE ${quoteIdentifier(role)}`);
      this.#made.push(`ROLE ${quoteIdentifier(role)}`);
    }
    return known === undefined;
  }

  /** The same, and statements for the end that take from a role that was there what the dump may not give it. */
  async replace(role: string): Promise<readonly string[]> {
    return (await this.create(role)) ? [] : [`ALTER ROLE ${quoteIdentifier(role)} RESET ALL`];
  }

  async createTablespace(tablespace: string, statement: string): Promise<void> {
    const [known] = await this.#server.query('SELECT FROM pg_tablespace WHERE spcname = $1', [tablespace]);
    if (known === undefined) {
      await this.#server.query(statement);
      this.#made.push(`TABLESPACE ${quoteIdentifier(tablespace)}`);
    }
  }

  /** They stay. */
  done(): void {
    this.#made.length = 0;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const thing of this.#made.reverse()) {
      // One that is in use by now stays.
      await this.#server.query(`DROP ${thing}`).catch(() => {});
    }
  }
}
