import type { StorageProblem } from './failure.ts';
import { networkProblem } from './network-problem.ts';

export interface ProviderAnswer {
  /** What the provider, or Node where there was no answer, calls it; undefined where nobody does. */
  readonly code: string | undefined;
  /** Of HTTP. */
  readonly status: string | number | undefined;
}

/**
 * What is wrong, and the code to show for it: by the name of the error first, which says more than the status.
 * @param problems what names and statuses of the provider mean
 */
export function providerProblem(
  problems: Readonly<Record<string, StorageProblem>>,
  { code, status }: ProviderAnswer,
): { readonly problem: StorageProblem; readonly shown: string | undefined } {
  return {
    problem: problems[code ?? ''] ?? networkProblem(code) ?? problems[`${status}`] ?? 'unavailable',
    shown: code ?? (status === undefined ? undefined : `HTTP-${status}`),
  };
}
