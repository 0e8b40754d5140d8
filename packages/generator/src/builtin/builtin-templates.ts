import type { ProcedureTemplate } from '../procedure/procedure-template.ts';
import { postgresTemplates } from './postgres.ts';
import { files, tar } from './tar.ts';

export const builtinTemplates: readonly ProcedureTemplate[] = [tar, files, ...postgresTemplates];

/** undefined when there is no built-in template of this name. */
export function findBuiltinTemplate(name: string): ProcedureTemplate | undefined {
  return builtinTemplates.find((template) => template.name === name);
}
