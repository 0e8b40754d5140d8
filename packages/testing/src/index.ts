export { findProgram, hasPrograms } from './program.ts';
