#!/usr/bin/env node
const major = Number(process.versions.node.split('.')[0]);
if (major < 24) {
  process.stderr.write(
    `backup-maker-controller needs Node.js 24 or newer, this is ${process.versions.node}: install it, or run npx backup-maker-controller, which brings it\n`,
  );
  process.exit(2);
}
await import('../src/main.ts');
