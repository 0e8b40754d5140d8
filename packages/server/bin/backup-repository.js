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

const { frugalHeap, frugalMalloc } = await import('../src/frugal-start.ts');
// The process is replaced by one that has these settings (same id, same files).
if (process.execve && !frugalHeap.every((setting) => process.execArgv.includes(setting))) {
  const { execPath, execArgv, argv, env } = process;
  const args = [execPath, ...frugalHeap, ...execArgv, ...argv.slice(1)];
  process.execve(execPath, args, { ...frugalMalloc, ...env });
}

// Compiled code is kept between starts: less work and, without the compiler in it, less memory for the process.
const { enableCompileCache } = await import('node:module');
enableCompileCache();
await import('../src/main.ts');
