#!/usr/bin/env node
// Plain JavaScript that any Node.js can read, so that an old one gets a clear answer instead of a syntax error.
const needed = 24;

if (Number(process.versions.node.split('.')[0]) < needed) {
  process.stderr.write(
    `backup-repository needs Node.js ${needed} or newer, this is ${process.versions.node}. ` +
      'Install a newer one; in a checkout, "npx backup-repository" after "make install" uses the right one.\n',
  );
  process.exit(2);
}

// Two settings that must be there when the process starts, so it is replaced by one that has them (same id, same
// files). A small young generation: the buffers of uploads are collected soon. One arena of glibc's malloc instead of
// one a thread: what a thread freed is used again by the others. Together they halve the memory of the process.
const youngGeneration = '--max-semi-space-size=2';
if (process.execve && !process.execArgv.includes(youngGeneration)) {
  const { execPath, execArgv, argv, env } = process;
  const args = [execPath, youngGeneration, ...execArgv, ...argv.slice(1)];
  process.execve(execPath, args, { MALLOC_ARENA_MAX: '1', ...env });
}

// Compiled code is kept between starts: less work and, without the compiler in it, less memory for the process.
const { enableCompileCache } = await import('node:module');
enableCompileCache();
await import('../src/main.ts');
