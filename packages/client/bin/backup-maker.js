#!/usr/bin/env node
const neededMajor = 24;

if (Number(process.versions.node.split('.')[0]) < neededMajor) {
  process.stderr.write(
    `backup-maker needs Node.js ${neededMajor} or newer, this is ${process.versions.node}. Install it from https://nodejs.org, or run \`npx -p node@${neededMajor} -p @backup-maker/client backup-maker\`.\n`,
  );
  process.exit(2);
}

await import('../src/main.ts');
