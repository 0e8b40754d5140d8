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

// A small young generation: the buffers of uploads are collected soon, which halves the memory of the process.
// It can only be set when Node starts, so the process is replaced by one that has it (same id, same files).
const youngGeneration = '--max-semi-space-size=2';
if (process.execve && !process.execArgv.includes(youngGeneration)) {
  const { execPath, execArgv, argv, env } = process;
  process.execve(execPath, [execPath, youngGeneration, ...execArgv, ...argv.slice(1)], env);
}

// Compiled code is kept between starts: less work and, without the compiler in it, less memory for the process.
const { enableCompileCache } = await import('node:module');
enableCompileCache();
await import('../src/main.ts');
