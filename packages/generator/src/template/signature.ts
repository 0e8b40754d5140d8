import type { Budget } from './budget.ts';
import type { TimeZone } from './time-zone.ts';
import type { Value } from './value.ts';

/** What a parameter accepts. `any` is Go's empty interface. */
export type ParameterType = 'any' | 'bool' | 'float' | 'int' | 'map' | 'string' | 'time' | 'version';

/** What a function may use besides its arguments. */
export interface CallContext {
  readonly budget: Budget;
  /** Milliseconds since the epoch; undefined where templates must not depend on the time. */
  readonly nowMs: number | undefined;
  /** Where `date` reads the clock. */
  readonly timeZone: TimeZone;
}

export interface TemplateFunction {
  readonly parameters: readonly ParameterType[];
  /** The type of any further arguments. */
  readonly rest?: ParameterType;
  /** The function sees which integers are int64; to all others they are integers. */
  readonly keepsTypes?: true;
  /** Arguments have been checked against the types above. Throws CallError to refuse. */
  readonly call: (values: readonly Value[], context: CallContext) => Value;
}

export type FunctionTable = Readonly<Record<string, TemplateFunction>>;

/** Go's names of parameter types, for messages. */
export const parameterTypeNames: Readonly<Record<ParameterType, string>> = {
  any: 'interface {}',
  bool: 'bool',
  int: 'int',
  map: 'map[string]interface {}',
  float: 'float64',
  string: 'string',
  time: 'time.Time',
  version: '*semver.Version',
};

/** Argument `i`, known to be text. */
export function text(values: readonly Value[], i: number): string {
  return values[i] as string;
}
