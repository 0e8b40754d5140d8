import { homedir } from 'node:os';
import type { TemplateStore } from '@backup-maker/generator';
import { Failure } from '@backup-maker/model';
import { Argument } from 'commander';
import type { Context } from '../context.ts';
import type { Input } from '../input.ts';
import { type Column, printRows } from '../output.ts';
import { define } from './definition.ts';

type TemplatesSettings = { readonly homeDirectory: string } & (
  | { readonly action: 'list' }
  | { readonly action: 'show' | 'eject'; readonly template: string }
);

type Listing = Awaited<ReturnType<TemplateStore['list']>>[number];

const columns: readonly Column<Listing>[] = [
  { title: 'TEMPLATE', value: (listing) => listing.name },
  { title: 'ORIGIN', value: (listing) => listing.origin },
  { title: 'DESCRIPTION', value: (listing) => listing.description },
];

export const templates = define<TemplatesSettings>({
  name: 'templates',
  local: true,
  describe: (command) =>
    command
      .description('List the templates; show one; copy one to ~/.bm/templates/user to be changed')
      .addArgument(new Argument('[action]').choices(['list', 'show', 'eject']).default('list'))
      .argument('[name]', 'of the template'),
  parse: (input) => {
    const [action = 'list', template = ''] = input.arguments;
    const homeDirectory = homeOf(input);
    if (action === 'list') {
      return { action, homeDirectory };
    }
    if ((action !== 'show' && action !== 'eject') || template === '') {
      throw new Failure('invalid-input', 'use: generate templates [list | show NAME | eject NAME]');
    }
    return { action, template, homeDirectory };
  },
  run: runTemplates,
});

async function runTemplates(settings: TemplatesSettings, context: Context): Promise<void> {
  const { TemplateStore } = await import('@backup-maker/generator');
  const store = new TemplateStore(settings);
  switch (settings.action) {
    case 'list': {
      const rows = await store.list();
      printRows(context, { data: { templates: rows }, rows, columns });
      return;
    }
    case 'show': {
      await show(store, settings.template, context);
      return;
    }
    case 'eject':
      context.logger.info(`Wrote ${(await store.eject(settings.template)).join(', ')}`);
      return;
    default:
      settings satisfies never;
  }
}

/** One operation may be there alone, in the user's folder. */
async function show(store: TemplateStore, name: string, context: Context): Promise<void> {
  const found = await Promise.allSettled([store.find(name, 'backup'), store.find(name, 'restore')]);
  const [backup, restore] = found.map((result) => (result.status === 'fulfilled' ? result.value : undefined));
  const { template } = backup ?? restore ?? {};
  if (template === undefined) {
    throw found.find((result) => result.status === 'rejected')?.reason;
  }
  for (const warning of [backup, restore].flatMap((part) => part?.warnings ?? [])) {
    context.logger.warn(warning);
  }
  const shown = {
    ...template,
    backup: backup?.template.backup ?? '',
    restore: restore?.template.restore ?? '',
  };
  context.stdout.write(context.json ? `${JSON.stringify({ template: shown })}\n` : textOf(shown));
}

function textOf(template: { readonly backup: string; readonly restore: string }): string {
  const sections = [
    ['backup', template.backup],
    ['restore', template.restore],
  ].filter(([, script]) => script !== '');
  return sections.map(([name, script]) => `# ---- ${name} ----\n${script}\n`).join('');
}

/** Whose templates: the user's own are in the home folder. */
export function homeOf(input: Input): string {
  return input.variable('HOME') ?? homedir();
}
