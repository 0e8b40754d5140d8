import { execFileSync } from 'node:child_process';
import { chmod, copyFile, readFile, rm, writeFile } from 'node:fs/promises';
import { inject } from 'postject';

/** What Node.js looks for in its own file. */
const resource = 'NODE_SEA_BLOB';
const fuse = 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2';

export interface SingleExecutableOptions {
  /** The program, as one CommonJS file. */
  readonly bundle: string;
  readonly execArgv: readonly string[];
  /** Where it is written. */
  readonly file: string;
}

/**
 * Write an executable that needs no Node.js: a copy of the Node.js that runs this, with the program inside
 * (https://nodejs.org/api/single-executable-applications.html).
 */
export async function writeSingleExecutable({
  bundle,
  execArgv,
  file,
}: SingleExecutableOptions): Promise<void> {
  const blob = `${file}.blob`;
  const configuration = `${file}.json`;
  await writeFile(
    configuration,
    JSON.stringify({
      main: bundle,
      output: blob,
      disableExperimentalSEAWarning: true,
      useCodeCache: true,
      execArgv,
    }),
  );
  // With the settings that it will run with: V8 rejects code that it compiled with others, and compiles it anew.
  execFileSync(process.execPath, [...execArgv, '--experimental-sea-config', configuration], {
    stdio: 'inherit',
  });
  await rm(file, { force: true });
  await copyFile(process.execPath, file);
  await chmod(file, 0o755);
  // Debug symbols are a fifth of the file and of no use here.
  execFileSync('strip', [file], { stdio: 'inherit' });
  await inject(file, resource, await readFile(blob), { sentinelFuse: fuse });
  await rm(blob);
  await rm(configuration);
}
