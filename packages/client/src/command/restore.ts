import { Failure, gather } from '@backup-maker/model';
import type { Context } from '../context.ts';
import { flushed, pipePieces } from '../flushed.ts';
import { monitored, parsePingUrl } from '../ping.ts';
import { type CommandLine, parseCommandLine, type RunningCommand, startCommand } from '../process.ts';
import { counted, startProgress } from '../progress.ts';
import { insistOnUnencrypted } from '../unencrypted.ts';
import { describeSource, openVersion, parseVersionSource, type VersionSource } from '../version-source.ts';
import { define } from './definition.ts';

interface RestoreSettings {
  readonly source: VersionSource;
  readonly command: CommandLine;
  /** Without a key, feed the command with what is stored, whatever that is. */
  readonly allowUnencrypted: boolean;
  readonly pingUrl: URL | undefined;
}

export const restore = define<RestoreSettings>({
  name: 'restore',
  describe: (command) =>
    describeSource(command)
      .description('Download a version, decrypt it, feed it to a command')
      .argument('[command...]', 'the command with its arguments, after --, run without a shell')
      .option('-c, --cmd <shell text>', 'the command, run with bash -eo pipefail (BM_CMD)')
      .option(
        '--allow-unencrypted',
        'without a key, feed the command with an encrypted version as it is stored',
      )
      .option('--ping-url <url>', 'told of start, success and failure, as healthchecks.io is (BM_PING_URL)')
      .addHelpText('after', examples),
  parse: (input) => {
    const command = parseCommandLine(input.text('cmd', 'BM_CMD'), input.arguments);
    if (command === undefined) {
      throw new Failure(
        'invalid-input',
        'missing: give the command with --cmd, the variable BM_CMD, or after --',
      );
    }
    return {
      source: parseVersionSource(input),
      command,
      allowUnencrypted: input.isSet('allowUnencrypted'),
      pingUrl: parsePingUrl(input),
    };
  },
  run: (settings, context) => monitored(settings.pingUrl, context, () => restoreBackup(settings, context)),
});

const examples = `
The command's input ends normally only after the whole version has proved to be intact; otherwise the command is killed.

Examples:
  backup-maker restore -i shop -p backup.key.asc -c 'pg_restore --clean -d shop'
  backup-maker restore -i files -p backup.key.asc -s v12 -- tar -C /srv -x`;

async function restoreBackup(settings: RestoreSettings, context: Context): Promise<void> {
  const version = await openVersion(settings.source, context);
  const isChecked = settings.source.privateKey !== undefined || settings.allowUnencrypted;
  const plain = isChecked ? version : await insistOnUnencrypted(version);
  await using command = startCommand(settings.command, {
    connect: 'stdin',
    env: context.env,
    signal: context.signal,
  });
  using progress = startProgress(context, 'restored');
  await feed(counted(plain, progress), command, context.signal);
  await command.ended();
  if (context.json) {
    context.stdout.write(`${JSON.stringify({ restored: true })}\n`);
  }
  context.logger.info('Backup restored');
}

/**
 * Pass everything on and close the command's input, but only after the source has ended well, which is when it
 * has been verified. A command that stops reading (tar does, after its end mark) does not stop the verification; one
 * that failed does.
 */
async function feed(
  plain: AsyncIterable<Uint8Array>,
  command: RunningCommand,
  signal: AbortSignal,
): Promise<void> {
  const { stdin } = command;
  if (stdin === undefined) {
    return;
  }
  // A pipe whose reader is gone fails every write; that is the reader's business, whose exit code tells.
  let closed = false;
  const close = () => {
    closed = true;
  };
  stdin.on('error', close);
  let failure: unknown;
  command.ended().catch((error: unknown) => {
    failure = error;
  });
  const write = async (piece: Uint8Array): Promise<void> => {
    if (failure !== undefined) {
      throw failure;
    }
    if (!closed) {
      await flushed(stdin, piece).catch(close);
    }
  };
  await gather(plain, { pieces: pipePieces(), write, signal });
  stdin.end();
}
