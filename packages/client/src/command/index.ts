import { collections } from './collections.ts';
import type { AnyDefinition, CommandGroup } from './definition.ts';
import { doctor } from './doctor.ts';
import { download } from './download.ts';
import { generate } from './generate.ts';
import { health } from './health.ts';
import { keygen } from './keygen.ts';
import { login } from './login.ts';
import { logout } from './logout.ts';
import { make } from './make.ts';
import { restore } from './restore.ts';
import { stats } from './stats.ts';
import { verify } from './verify.ts';
import { versions } from './versions.ts';
import { whoami } from './whoami.ts';

/** Every command, in the order of the help. */
export const commands: readonly (AnyDefinition | CommandGroup)[] = [
  make,
  restore,
  download,
  verify,
  versions,
  collections,
  stats,
  health,
  login,
  whoami,
  logout,
  keygen,
  doctor,
  generate,
];
