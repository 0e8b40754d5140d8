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
await import('../src/main.ts');
