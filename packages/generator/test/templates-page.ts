import { writeFile } from 'node:fs/promises';
import { builtinTemplates, type ParameterSchema, type ProcedureTemplate } from '../src/index.ts';

export const templatesPageFile = new URL('../../../docs/templates.md', import.meta.url);

const introduction = `# Built-in templates

<!-- Made by \`node packages/generator/test/templates-page.ts\` from the templates themselves; a test keeps both equal. -->

\`backup-maker generate templates\` lists them, \`… templates show NAME\` prints one, \`… templates eject NAME\` copies one to be
changed. How they are used: [generator.md](generator.md).

Every text may hold \`\${…}\` and \`$(…)\`, which are evaluated where the script runs; all other characters stand for themselves.
A parameter marked *secret* reaches the program through the environment or a file that only it can read, never through an
argument. Images are those of this project's releases; any image with the programs can be used with \`inject: true\`.
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
  const images = [...new Set(templates.map(({ image = '' }) => `\`${tagOf(image)}\``))].join(', ');
  const rows = (first.parameters ?? []).map(row);
  return [
    `## ${names}`,
    `${sentence(first.description ?? '')} Image tags: ${images}.`,
    '',
    '| `Params` | what | default |',
    '| --- | --- | --- |',
    ...rows,
    '',
  ].join('\n');
}

/** Without the version, which changes with every release. */
function tagOf(image: string): string {
  return (image.split(':').at(-1) ?? '').replace(/^[^-]+/, 'VERSION');
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
