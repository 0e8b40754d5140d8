#!/usr/bin/env node
const [major] = process.versions.node.split('.').map(Number);
if (major < 24) {
  process.stderr.write(
    `backup-repository needs Node.js 24 or newer, and this is ${process.versions.node}. ` +
      'Install Node.js 24, or run it with: npx --package=node@24 node ' +
      `${process.argv[1]}\n`,
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
