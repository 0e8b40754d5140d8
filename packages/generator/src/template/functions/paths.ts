import { posix } from 'node:path';
import { type FunctionTable, type TemplateFunction, text } from '../signature.ts';

/** Go's `path.Clean`: as Node's normalize, but without a slash at the end. */
function clean(path: string): string {
  const normal = posix.normalize(path);
  return normal.length > 1 && normal.endsWith('/') ? normal.slice(0, -1) : normal;
}

function base(path: string): string {
  if (path === '') return '.';
  const trimmed = path.replace(/\/+$/, '');
  return trimmed === '' ? '/' : trimmed.slice(trimmed.lastIndexOf('/') + 1);
}

function directory(path: string): string {
  return clean(path.slice(0, path.lastIndexOf('/') + 1));
}

/** From the last dot of the last part on, even when that is all of it. */
function extension(path: string): string {
  const name = path.slice(path.lastIndexOf('/') + 1);
  return name.includes('.') ? name.slice(name.lastIndexOf('.')) : '';
}

function ofPath(call: (path: string) => string | boolean): TemplateFunction {
  return { parameters: ['string'], call: (values) => call(text(values, 0)) };
}

const functions = {
  base: ofPath(base),
  clean: ofPath(clean),
  dir: ofPath(directory),
  ext: ofPath(extension),
  isAbs: ofPath((path) => path.startsWith('/')),
};

/** Paths of URLs and of the system are the same where scripts run. */
export const pathFunctions: FunctionTable = {
  ...functions,
  osBase: functions.base,
  osClean: functions.clean,
  osDir: functions.dir,
  osExt: functions.ext,
  osIsAbs: functions.isAbs,
};
