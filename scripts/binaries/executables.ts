import { frugalHeap } from '../../packages/server/src/frugal-start.ts';

/** A program to be built, with all that it needs, as one file. */
export interface Executable {
  readonly name: string;
  /** The module in `entry/` that it starts with. */
  readonly entry: string;
  /** Other names that it is called by. */
  readonly links: readonly string[];
  /** Settings of Node.js that it always starts with. */
  readonly execArgv: readonly string[];
}

/**
 * Buffers live for milliseconds in the client. With a small nursery they are freed by its frequent cheap collections,
 * not by marking the whole heap: measured 20% less CPU time and 112 instead of 155 MiB.
 */
const smallNursery = '--max-semi-space-size=1';

/**
 * Each request of a long upload leaves some garbage that outlives the nursery. Left to itself, V8 collects it when the
 * heap has doubled and more: 30 MiB after 20 GiB. Above 32 MiB, which the start must not pay for, it does so at
 * half as much again; such collections are too rare to cost anything.
 */
const slowGrowth = ['--initial-old-space-size=32', '--heap-growing-percent=50'];

export const executables: readonly Executable[] = [
  {
    name: 'backup-maker',
    entry: 'client.ts',
    links: ['bmg', 'pgbr'],
    execArgv: [smallNursery, ...slowGrowth],
  },
  { name: 'backup-repository', entry: 'server.ts', links: [], execArgv: frugalHeap },
  { name: 'backup-maker-controller', entry: 'controller.ts', links: [], execArgv: [] },
  // It is the client of its pods as well, whose settings are the ones that matter: they move the data.
  { name: 'backup-standalone', entry: 'standalone.ts', links: [], execArgv: [smallNursery, ...slowGrowth] },
];
