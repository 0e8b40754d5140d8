import type { FunctionTable } from '../signature.ts';
import { accessFunctions } from './access.ts';
import { collectionFunctions } from './collections.ts';
import { comparisonFunctions } from './comparison.ts';
import { defaultFunctions } from './defaults.ts';
import { encodingFunctions } from './encoding.ts';
import { escapingFunctions } from './escaping.ts';
import { numberFunctions } from './numbers.ts';
import { stringFunctions } from './strings.ts';

/** Go's own functions, the ones of Sprig and Helm that charts use, and `shellQuote`. */
export const allFunctions: FunctionTable = {
  ...accessFunctions,
  ...collectionFunctions,
  ...comparisonFunctions,
  ...defaultFunctions,
  ...encodingFunctions,
  ...escapingFunctions,
  ...numberFunctions,
  ...stringFunctions,
};
