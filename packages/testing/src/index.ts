export { freePort } from './free-port.ts';
export { createGnupg, type Gnupg } from './gnupg.ts';
export { type Postgres, startPostgres } from './postgres.ts';
export { findProgram, hasPrograms } from './program.ts';
