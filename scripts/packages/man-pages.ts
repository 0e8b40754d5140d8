import { buildProgram as buildClient } from '../../packages/client/src/program.ts';
import { buildProgram as buildPgbr } from '../../packages/pgbr/src/config.ts';
import { createFlags as createServerFlags } from '../../packages/server/src/config/flags.ts';
import { createFlags as createStandaloneFlags } from '../../packages/standalone/src/config.ts';
import { manPage } from './man-page.ts';

/** All man pages by their path below `/usr/share/man`, from the sources of `--help`. */
export function manPages(version: string): ReadonlyMap<string, string> {
  const nothing = () => undefined;
  const client = buildClient({ version, write: nothing, choose: nothing });
  const pgbr = buildPgbr({ version, env: {}, output: [], choose: nothing });
  return new Map([
    ['man1/backup-maker.1', manPage({ command: client, section: 1, version })],
    ['man1/pgbr.1', manPage({ command: pgbr, section: 1, version })],
    ['man8/backup-repository.8', manPage({ command: createServerFlags(), section: 8, version })],
    ['man8/backup-standalone.8', manPage({ command: createStandaloneFlags(), section: 8, version })],
  ]);
}
