import { writeFile } from 'node:fs/promises';
import { builtinTemplates, clientImage, type ParameterSchema, type ProcedureTemplate } from '../src/index.ts';

export const templatesPageFile = new URL('../../../docs/templates.md', import.meta.url);

const introduction = `# Built-in templates

<!-- Made by \`node packages/generator/test/templates-page.ts\` from the templates themselves; a test keeps both equal. -->

\`backup-maker generate templates\` lists them, \`… templates show NAME\` prints one, \`… templates eject NAME\` copies one to be
changed. How they are used: [generator.md](generator.md).

Every text may hold \`\${…}\` and \`$(…)\`, which are evaluated where the script runs; all other characters stand for themselves.
A parameter marked *secret* reaches the program through the environment or a file that only it can read, never through an
argument. Images with a release's version are those of this project. The others are their makers': the client is injected into them, as it is with
\`inject: true\` into every image that has the programs.
`;

/** The reference of the built-in templates in Markdown. */
export function templatesPage(): string {
  const groups = Map.groupBy(builtinTemplates, ({ backup, restore }) => backup + restore);
  return [introduction, ...[...groups.values()].map(section)].join('\n');
}

function section(templates: readonly ProcedureTemplate[]): string {
  const [first] = templates;
  if (first === undefined) return '';
  const names = templates.map(({ name }) => `\`${name}\``).join(', ');
  const images = [...new Set(templates.map(({ image = '' }) => `\`${withoutVersion(image)}\``))].join(', ');
  const rows = (first.parameters ?? []).map(row);
  return [
    `## ${names}`,
    `${sentence(first.description ?? '')} Images: ${images}.`,
    '',
    '| `Params` | what | default |',
    '| --- | --- | --- |',
    ...rows,
    '',
  ].join('\n');
}

/** Ours changes with every release. */
function withoutVersion(image: string): string {
  return image === clientImage
    ? image.replace(/:[^:]*$/, ':VERSION')
    : image.replace('docker.io/library/', '');
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

function row(parameter: ParameterSchema): string {
  const { name, description, choices, secret, required } = parameter;
  const notes = [
    description,
    ...(choices === undefined ? [] : [`one of ${choices.join(', ')}`]),
    ...(secret ? ['*secret*'] : []),
  ];
  return `| \`${name}\` (${parameter.type}) | ${notes.join('; ')} | ${required ? '**required**' : defaultText(parameter)} |`;
}

function defaultText({ type, default: preset }: ParameterSchema): string {
  if (preset !== undefined) return `\`${String(preset)}\``;
  return type === 'boolean' ? '`false`' : 'empty';
}

if (import.meta.main) {
  await writeFile(templatesPageFile, templatesPage());
}
