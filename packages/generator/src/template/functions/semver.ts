import { parseVersion, type SemanticVersion } from '../semantic-version.ts';
import { type FunctionTable, text } from '../signature.ts';
import { CallError } from '../template-error.ts';
import { satisfies } from '../version-constraint.ts';

function versionOf(source: string): SemanticVersion {
  const version = parseVersion(source);
  if (typeof version === 'string') throw new CallError(version);
  return version;
}

export const semverFunctions: FunctionTable = {
  semver: { parameters: ['string'], call: (values) => versionOf(text(values, 0)) },
  semverCompare: {
    parameters: ['string', 'string'],
    call: (values) => {
      const result = satisfies(text(values, 0), versionOf(text(values, 1)));
      if (result === undefined) throw new CallError(`improper constraint: ${text(values, 0)}`);
      return result;
    },
  },
};
