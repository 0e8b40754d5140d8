import { randomBytes } from 'node:crypto';
import { open, rename, rm, stat } from 'node:fs/promises';
import { Failure, gather } from '@backup-maker/model';
import type { Context } from '../context.ts';
import { flushed, pipePieces } from '../flushed.ts';
import { counted, startProgress } from '../progress.ts';
import { describeSource, openVersion, parseVersionSource, type VersionSource } from '../version-source.ts';
import { define } from './definition.ts';

interface DownloadSettings {
  readonly source: VersionSource;
  /** Undefined means standard output. */
  readonly savePath: string | undefined;
}

export const download = define<DownloadSettings>({
  name: 'download',
  describe: (command) =>
    describeSource(command)
      .description('Download a version to a file, decrypted where a key is given')
      .option('--save-path <file>', 'where to; standard output without it')
      .addHelpText('after', examples),
  parse: (input) => ({ source: parseVersionSource(input), savePath: input.text('savePath') }),
  run: downloadVersion,
});

const examples = `
Examples:
  backup-maker download -i shop --save-path shop.gpg
  backup-maker download -i shop -s 3 -p backup.key.asc --save-path shop.dump`;

async function downloadVersion({ source, savePath }: DownloadSettings, context: Context): Promise<void> {
  if (savePath === undefined && context.stdout.isTTY) {
    throw new Failure(
      'invalid-input',
      'the version is binary and standard output is a terminal: give --save-path, or redirect it',
    );
  }
  if (savePath !== undefined) {
    await insistOnPlace(savePath);
  }
  const version = await openVersion(source, context);
  using progress = startProgress(context, 'downloaded');
  const bytes = counted(version, progress);
  if (savePath === undefined) {
    await print(bytes, context);
    return;
  }
  await writeWhole(bytes, savePath, context.signal);
  if (context.json) {
    context.stdout.write(`${JSON.stringify({ savedTo: savePath })}\n`);
  }
  context.logger.info(`Saved to ${savePath}`);
}

/** What is renamed to a pipe or a device, such as /dev/null, takes its place. */
async function insistOnPlace(path: string): Promise<void> {
  const found = await stat(path).catch(() => undefined);
  if (found !== undefined && !found.isFile()) {
    throw new Failure(
      'invalid-input',
      `${path} is no file: give the name of one, or redirect standard output without --save-path`,
    );
  }
}

async function print(bytes: AsyncIterable<Uint8Array>, { stdout, signal }: Context): Promise<void> {
  const ignore = () => {};
  // The write that fails says so too.
  stdout.on('error', ignore);
  const write = (piece: Uint8Array) =>
    flushed(stdout, piece).catch((cause: Error) => {
      throw new Failure('internal', `cannot write to standard output: ${cause.message}`, { cause });
    });
  await gather(bytes, { pieces: pipePieces(), write, signal });
}

/** Write beside the target and rename at the end: whoever finds the file finds all of it. */
async function writeWhole(
  bytes: AsyncIterable<Uint8Array>,
  path: string,
  signal: AbortSignal,
): Promise<void> {
  const temporary = `${path}.${randomBytes(6).toString('hex')}.part`;
  try {
    {
      await using file = await open(temporary, 'wx', 0o600);
      await file.writeFile(bytes, { signal });
      // Before the rename, so that a crash cannot leave the name without the bytes.
      await file.sync();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw fileFailure(error, path, signal);
  }
}

function fileFailure(error: unknown, path: string, signal: AbortSignal): unknown {
  if (signal.aborted) {
    return Failure.from(signal.reason, 'cancelled', 'cancelled');
  }
  const isSystem = error instanceof Error && 'syscall' in error;
  return isSystem
    ? new Failure('invalid-input', `cannot write ${path}: ${error.message}`, { cause: error })
    : error;
}
