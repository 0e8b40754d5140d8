#!/usr/bin/env node
// Plain JavaScript that any Node.js can read, so that an old one gets a clear answer instead of a syntax error.
const needed = 24;

if (Number(process.versions.node.split('.')[0]) < needed) {
  process.stderr.write(
    `pgbr needs Node.js ${needed} or newer, this is ${process.versions.node}. ` +
      'Install a newer one; in a checkout, "npx pgbr" after "make install" uses the right one.\n',
  );
  process.exit(2);
}

await import('../src/main.ts');
