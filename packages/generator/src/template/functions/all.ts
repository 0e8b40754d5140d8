import type { FunctionTable } from '../signature.ts';
import { accessFunctions } from './access.ts';
import { comparisonFunctions } from './comparison.ts';
import { dateFunctions } from './dates.ts';
import { decimalFunctions } from './decimals.ts';
import { defaultFunctions } from './defaults.ts';
import { encodingFunctions } from './encoding.ts';
import { escapingFunctions } from './escaping.ts';
import { listFunctions } from './lists.ts';
import { mapFunctions } from './maps.ts';
import { numberFunctions } from './numbers.ts';
import { pathFunctions } from './paths.ts';
import { reflectionFunctions } from './reflection.ts';
import { refusedFunctions } from './refused.ts';
import { regularExpressionFunctions } from './regular-expressions.ts';
import { semverFunctions } from './semver.ts';
import { stringFunctions } from './strings.ts';
import { urlFunctions } from './urls.ts';
import { wordFunctions } from './words.ts';

/** Go's own functions, all of Sprig's, `required`, `toYaml` and `fromYaml` of Helm, and `shellQuote`. */
export const allFunctions: FunctionTable = {
  ...listFunctions,
  ...mapFunctions,
  ...accessFunctions,
  ...comparisonFunctions,
  ...dateFunctions,
  ...decimalFunctions,
  ...defaultFunctions,
  ...encodingFunctions,
  ...escapingFunctions,
  ...numberFunctions,
  ...pathFunctions,
  ...reflectionFunctions,
  ...refusedFunctions,
  ...regularExpressionFunctions,
  ...semverFunctions,
  ...stringFunctions,
  ...urlFunctions,
  ...wordFunctions,
};
