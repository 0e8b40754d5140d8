export { type Process, run } from './run.ts';
