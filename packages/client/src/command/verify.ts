import { formatBytes } from '@backup-maker/model';
import type { Context } from '../context.ts';
import { counted, startProgress } from '../progress.ts';
import { describeSource, openVersion, parseVersionSource, type VersionSource } from '../version-source.ts';
import { define } from './definition.ts';

export const verify = define<VersionSource>({
  name: 'verify',
  describe: (command) =>
    describeSource(command).description(
      'Download a version and check that it is intact and can be decrypted',
    ),
  parse: parseVersionSource,
  run: verifyVersion,
});

async function verifyVersion(source: VersionSource, context: Context): Promise<void> {
  let bytes = 0;
  const version = await openVersion(source, context);
  using progress = startProgress(context, 'verified');
  for await (const chunk of counted(version, progress)) {
    context.signal.throwIfAborted();
    bytes += chunk.length;
  }
  if (context.json) {
    context.stdout.write(`${JSON.stringify({ verified: true, bytes })}\n`);
  }
  context.logger.info(`Version ${source.version} of ${source.collectionId} is intact: ${formatBytes(bytes)}`);
}
