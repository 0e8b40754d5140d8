#!/usr/bin/env node
const neededMajor = 24;

if (Number(process.versions.node.split('.')[0]) < neededMajor) {
  process.stderr.write(
    `bmg needs Node.js ${neededMajor} or newer, this is ${process.versions.node}. Install it from https://nodejs.org, or run \`npx -p node@${neededMajor} -p @backup-maker/client bmg\`.\n`,
  );
  process.exit(2);
}

// bmg is the generator under its own short name.
process.argv.splice(2, 0, 'generate');
await import('../src/main.ts');
