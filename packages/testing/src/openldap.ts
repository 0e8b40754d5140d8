import { mkdir, writeFile } from 'node:fs/promises';
import { findProgram } from './program.ts';
import { runProgram } from './run-program.ts';
import { ServerProcess } from './server-process.ts';

export interface OpenLdap extends AsyncDisposable {
  readonly uri: string;
  readonly suffix: string;
  /** The DN that may do everything, and its password. */
  readonly admin: string;
  readonly password: string;
  /** Runs one of the ldap-utils as the administrator; gives what it printed. */
  run(program: string, args: readonly string[], input?: string): Promise<string>;
  /** Fills the database with entries while the server is stopped: much faster than adding them. */
  load(ldif: string): Promise<void>;
}

/**
 * A new slapd on a free loopback port with an empty mdb database for dc=example,dc=org.
 * Whoever has a password may change everything.
 */
export async function startOpenLdap({ password }: { readonly password: string }): Promise<OpenLdap> {
  const suffix = 'dc=example,dc=org';
  const admin = `cn=admin,${suffix}`;
  const uriOf = ({ port }: { readonly port: number }) => `ldap://127.0.0.1:${port}`;
  const run = (place: { readonly port: number }, program: string, args: readonly string[], input = '') =>
    runProgram(program, ['-x', '-H', uriOf(place), '-D', admin, '-w', password, ...args], { input });
  const server = await ServerProcess.start({
    program: 'slapd',
    prepare: async (folder) => {
      await mkdir(`${folder}/data`);
      await writeFile(`${folder}/slapd.conf`, configuration({ folder, suffix, admin, password }));
    },
    args: ({ folder, port }) => ['-d', '0', '-f', `${folder}/slapd.conf`, '-h', uriOf({ port })],
    probe: (place) => run(place, 'ldapsearch', ['-s', 'base', '-b', '']),
  });
  const load = async (ldif: string) => {
    await server.stop();
    await runProgram(findProgram('slapadd') ?? 'slapadd', ['-q', '-f', `${server.folder}/slapd.conf`], {
      input: ldif,
    });
    await server.start();
  };
  return {
    ...{ uri: uriOf(server), suffix, admin, password, load },
    run: (program, args, input) => run(server, program, args, input),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

function configuration(options: {
  readonly folder: string;
  readonly suffix: string;
  readonly admin: string;
  readonly password: string;
}): string {
  const { folder, suffix, admin, password } = options;
  const quoted = (text: string) => `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
  return `
include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
modulepath /usr/lib/ldap
moduleload back_mdb
pidfile ${folder}/pid
database mdb
maxsize 2147483648
suffix ${quoted(suffix)}
rootdn ${quoted(admin)}
rootpw ${quoted(password)}
directory ${folder}/data
dbnosync
access to attrs=userPassword by users write by anonymous auth
access to * by users write by * read
`;
}
