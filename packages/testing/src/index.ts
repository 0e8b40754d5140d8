export { createGnupg, type Gnupg } from './gnupg.ts';
export { findProgram, hasPrograms } from './program.ts';
