export { type Host, run } from './run.ts';
