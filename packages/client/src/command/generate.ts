import { access } from 'node:fs/promises';
import type { GenerateOptions, Operation } from '@backup-maker/generator';
import { Failure } from '@backup-maker/model';
import type { Context } from '../context.ts';
import type { Input } from '../input.ts';
import { type AnyDefinition, type CommandGroup, define } from './definition.ts';
import { homeOf, templates } from './templates.ts';

type GenerateSettings = Omit<GenerateOptions, 'environment' | 'signal' | 'definition'> & {
  /** Undefined: one of `definitions`. */
  readonly definition: string | undefined;
  /** Undefined means standard output. */
  readonly outputDir: string | undefined;
};

export const generate: CommandGroup = {
  name: 'generate',
  description: 'Write backup and restore scripts, or Kubernetes manifests, from templates (also as `bmg`)',
  commands: [defineGenerate('backup'), defineGenerate('restore'), templates],
};

/** Where the parameters are looked for; the first is what existing projects have. */
const definitions = ['./rkc-backup.yaml', './definition.yaml'] as const;

function defineGenerate(operation: Operation): AnyDefinition {
  return define<GenerateSettings>({
    name: operation,
    local: true,
    describe: (command) =>
      command
        .description(`Write a ${operation} script, or the manifests that run it`)
        .option('-t, --template <name>', 'built-in or own template; `generate templates` lists them')
        .option(
          '-d, --definition <file>',
          `parameters of the template; ${definitions.join(', else ')} without it`,
        )
        .option('-k, --kubernetes', `write ${operation}.yaml for Kubernetes instead of ${operation}.sh`)
        .option('-g, --gpg-key-path <file>', 'the key, or a SealedSecret that holds it', 'gpg-key')
        .option('-o, --output-dir <folder>', 'where to write', './')
        .option('--stdout', 'print the script or the manifests instead')
        .option('--k8s-job-schedule <cron>', 'when to run', '16 1 * * *')
        .option('--k8s-name <name>', 'name of the objects', 'my-backup-job')
        .option('--k8s-image <image>', "instead of the template's image")
        .option('-n, --k8s-namespace <name>', 'namespace of the objects')
        .addHelpText(
          'after',
          `\nExample:\n  backup-maker generate ${operation} -t postgres -k -n shop -o ./manifests`,
        ),
    parse: (input) => parseGenerate(operation, input),
    run: writeFiles,
  });
}

function parseGenerate(operation: Operation, input: Input): GenerateSettings {
  return {
    operation,
    template: input.required('template'),
    definition: input.text('definition'),
    kubernetes: input.isSet('kubernetes'),
    gpgKeyPath: input.required('gpgKeyPath'),
    schedule: input.required('k8sJobSchedule'),
    name: input.required('k8sName'),
    image: input.text('k8sImage'),
    namespace: input.text('k8sNamespace'),
    homeDirectory: homeOf(input),
    outputDir: input.isSet('stdout') ? undefined : input.required('outputDir'),
  };
}

/** @throws Failure `invalid-input` where there is none */
async function findDefinition(): Promise<string> {
  for (const path of definitions) {
    const isThere = await access(path).then(
      () => true,
      () => false,
    );
    if (isThere) {
      return path;
    }
  }
  throw new Failure(
    'invalid-input',
    `there is neither ${definitions.join(' nor ')} here: give the file with the parameters with --definition`,
  );
}

async function writeFiles(settings: GenerateSettings, context: Context): Promise<void> {
  const { outputDir, ...options } = settings;
  const { logger, signal, env } = context;
  // Loaded here: it is large, and the commands that move data must start fast and stay small.
  const { generate: generateFiles, writeGeneratedFiles } = await import('@backup-maker/generator');
  const { files, warnings } = await generateFiles({
    ...options,
    definition: options.definition ?? (await findDefinition()),
    environment: { ...env },
    signal,
  });
  for (const warning of warnings) {
    logger.warn(warning);
  }
  if (outputDir === undefined) {
    context.stdout.write(files[0].content);
    return;
  }
  const paths = await writeGeneratedFiles(outputDir, files);
  if (context.json) {
    context.stdout.write(`${JSON.stringify({ files: paths })}\n`);
  }
  logger.info(`Wrote ${paths.join(', ')}`);
}
