import type { GenerateOptions, Operation } from '@backup-maker/generator';
import type { Context } from '../context.ts';
import type { Input } from '../input.ts';
import { type AnyDefinition, type CommandGroup, define } from './definition.ts';
import { homeOf, templates } from './templates.ts';

type GenerateSettings = Omit<GenerateOptions, 'environment' | 'signal'> & {
  /** Undefined means standard output. */
  readonly outputDir: string | undefined;
};

export const generate: CommandGroup = {
  name: 'generate',
  description: 'Write backup and restore scripts, or Kubernetes manifests, from templates (also as `bmg`)',
  commands: [defineGenerate('backup'), defineGenerate('restore'), templates],
};

function defineGenerate(operation: Operation): AnyDefinition {
  return define<GenerateSettings>({
    name: operation,
    local: true,
    describe: (command) =>
      command
        .description(`Write a ${operation} script, or the manifests that run it`)
        .option('-t, --template <name>', 'built-in or own template; `generate templates` lists them')
        .option('-d, --definition <file>', 'parameters of the template', './definition.yaml')
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
    definition: input.required('definition'),
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

async function writeFiles({ outputDir, ...options }: GenerateSettings, context: Context): Promise<void> {
  const { logger, signal, env } = context;
  // Loaded here: it is large, and the commands that move data must start fast and stay small.
  const { generate: generateFiles, writeGeneratedFiles } = await import('@backup-maker/generator');
  const { files, warnings } = await generateFiles({ ...options, environment: { ...env }, signal });
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
