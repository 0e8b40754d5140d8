import { Failure, Secret } from '@backup-maker/model';
import {
  type FunctionTable,
  type RenderOptions,
  Template,
  TemplateError,
  type Value,
  type ValueMap,
} from '../template/index.ts';
import { type HelmValues, parseHelmValues } from './helm-values.ts';
import type { Operation } from './operation.ts';
import { checkParameters, type ParameterSchema } from './parameter.ts';
import type { ProcedureTemplate } from './procedure-template.ts';
import { clientVariables, environmentName, repositorySchema } from './repository.ts';
import { hasExpression, shellWord } from './shell-word.ts';
import { trackReads } from './tracked-map.ts';
import { sectionOf, setVariables, type Variables } from './variables.ts';

export interface RenderProcedureOptions {
  readonly operation: Operation;
  readonly template: ProcedureTemplate;
  readonly variables: Variables;
  /**
   * `pod` (default): values that are secret become environment variables of the pod where the template allows it.
   * `shell`: a script that stands alone, so they are in it.
   */
  readonly target?: 'pod' | 'shell';
  /** Where the script finds the key; undefined when there is none. */
  readonly keyPath: string | undefined;
  /** What `now` gives in a template. Without it `now` is refused: the same variables give the same script. */
  readonly nowMs?: number | undefined;
  /** The IANA zone in which `date` reads the clock; UTC by default. */
  readonly timeZone?: string | undefined;
}

export interface RenderedProcedure {
  readonly operation: Operation;
  readonly templateName: string;
  readonly script: string;
  /** True when the script may hold a value from a Secret, so that it must be kept in one. */
  readonly containsSecret: boolean;
  /** What the script needs in its environment. */
  readonly environment: Readonly<Record<string, Secret>>;
  /** The template's image. */
  readonly image: string | undefined;
  /** Whether that image needs the client to be brought along. */
  readonly inject: boolean;
  readonly helmValues: HelmValues;
  readonly warnings: readonly string[];
}

/**
 * The script of one operation.
 * @throws Failure `invalid-input` with template, line and key; it holds no value that came from a Secret.
 */
export function renderProcedure(options: RenderProcedureOptions): RenderedProcedure {
  const { template, operation } = options;
  const prepared = prepare(options);
  const helmValues = parseHelmValues(sectionOf(options.variables.values, 'HelmValues'));
  let containsSecret = false;
  const values = trackReads(prepared.variables.values, prepared.variables.secretPaths, () => {
    containsSecret = true;
  });
  const script = renderScript({
    template,
    operation,
    values,
    time: { nowMs: options.nowMs, timeZone: options.timeZone },
    hasReadSecret: () => containsSecret,
  });
  return {
    operation,
    templateName: template.name,
    script,
    containsSecret,
    environment: { ...secretTexts(helmValues.env), ...prepared.environment },
    image: template.image,
    inject: template.inject ?? false,
    helmValues,
    warnings: [...options.variables.warnings, ...prepared.warnings, ...helmValues.warnings],
  };
}

function secretTexts(texts: Readonly<Record<string, string>>): Readonly<Record<string, Secret>> {
  return Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, new Secret(text)]));
}

interface Prepared {
  readonly variables: Variables;
  readonly environment: Readonly<Record<string, Secret>>;
  readonly warnings: readonly string[];
}

function prepare(options: RenderProcedureOptions): Prepared {
  const { template, keyPath, operation } = options;
  const variables = setVariables(options.variables, {
    'Repository.encryptionKeyPath': keyPath ?? '',
  });
  if (template.kind === 'custom') {
    return { variables, environment: clientEnvironment(variables, operation), warnings: [] };
  }
  const params = checkSection(variables, 'Params', template.parameters ?? [], template.name);
  const repository = checkSection(variables, 'Repository', repositorySchema, template.name);
  const complete: Variables = {
    ...variables,
    values: new Map<string, Value>([
      ['Params', params.values],
      ['Repository', repository.values],
    ]),
  };
  // A restore alone needs the passphrase: the side that only writes must not be able to read.
  const unused = operation === 'backup' ? new Set(['Repository.passphrase']) : new Set<string>();
  return {
    ...(options.target === 'shell'
      ? { variables: complete, environment: {} }
      : moveSecrets(complete, secretPathsOf(complete, template), unused)),
    warnings: [...params.warnings, ...repository.warnings],
  };
}

/** What every template may expect of the environment: the client finds its collection, token and passphrase there. */
function clientEnvironment(variables: Variables, operation: Operation): Readonly<Record<string, Secret>> {
  const repository = sectionOf(variables.values, 'Repository');
  const keys = operation === 'backup' ? ['collectionId', 'token'] : ['collectionId', 'token', 'passphrase'];
  return Object.fromEntries(
    keys.flatMap((key) => {
      const value = repository.get(key);
      return typeof value === 'string' && value !== '' && !hasExpression(value)
        ? [[environmentName(`Repository.${key}`), new Secret(value)]]
        : [];
    }),
  );
}

function checkSection(
  variables: Variables,
  section: 'Params' | 'Repository',
  schema: readonly ParameterSchema[],
  templateName: string,
): { readonly values: ValueMap; readonly warnings: readonly string[] } {
  const given = sectionOf(variables.values, section);
  const { values, unknown } = checkParameters({
    section,
    schema,
    given,
    templateName,
    places: variables.places,
  });
  const warnings = unknown.map((name) => `template ${templateName} has no parameter ${section}.${name}`);
  return { values, warnings };
}

/** What came from a Secret, and what the schema calls secret unless the user wrote an expression for the pod. */
function secretPathsOf(variables: Variables, template: ProcedureTemplate): ReadonlySet<string> {
  const paths = new Set([...variables.secretPaths].filter((path) => !path.startsWith('HelmValues.')));
  const schemas = { Params: template.parameters ?? [], Repository: repositorySchema };
  for (const [section, schema] of Object.entries(schemas)) {
    for (const { name, secret } of schema) {
      const value = sectionOf(variables.values, section as 'Params').get(name);
      if (secret && typeof value === 'string' && value !== '' && !hasExpression(value)) {
        paths.add(`${section}.${name}`);
      }
    }
  }
  return paths;
}

/** Puts references to environment variables where secret values were. */
function moveSecrets(
  variables: Variables,
  paths: ReadonlySet<string>,
  unused: ReadonlySet<string>,
): { readonly variables: Variables; readonly environment: Readonly<Record<string, Secret>> } {
  const environment: Record<string, Secret> = {};
  const references: Record<string, string> = {};
  for (const path of paths) {
    const [section = '', key = '', ...deeper] = path.split('.');
    const value = sectionOf(variables.values, section as 'Params').get(key);
    if (deeper.length > 0 || value === undefined || value === null || typeof value === 'object') continue;
    if (unused.has(path)) {
      references[path] = '';
      continue;
    }
    environment[environmentName(path)] = new Secret(String(value));
    references[path] = clientVariables.has(path) ? '' : `\${${environmentName(path)}}`;
  }
  return { variables: setVariables(variables, references), environment };
}

const shellFunctions: FunctionTable = {
  shellWord: {
    parameters: ['any'],
    call: ([value = null]) => shellWord(value === null ? '' : String(value)),
  },
};

function renderScript(options: {
  readonly template: ProcedureTemplate;
  readonly operation: Operation;
  readonly values: ValueMap;
  readonly time: RenderOptions;
  readonly hasReadSecret: () => boolean;
}): string {
  const { template, operation, time } = options;
  try {
    return new Template(template[operation], {
      name: `${template.name}/${operation}`,
      functions: shellFunctions,
    }).render(options.values, time);
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    // `fail` and `required` say what the template gives them, in whatever form.
    const message = options.hasReadSecret() ? error.messageWithoutValues : error.message;
    throw new Failure('invalid-input', message, {
      details: { template: template.name, line: error.line },
    });
  }
}
