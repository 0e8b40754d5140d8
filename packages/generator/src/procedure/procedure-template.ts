import type { ParameterSchema } from './parameter.ts';

/** Scripts of one procedure in Go template syntax, before the user's variables are put in. */
export interface ProcedureTemplate {
  readonly name: string;
  /**
   * `internal`: built in; its parameters have a schema, and values that are secret reach the script through the
   * environment. `custom`: written by a user; rendered unchanged, so it may print a secret anywhere.
   */
  readonly kind: 'internal' | 'custom';
  readonly description?: string;
  /** The container image the scripts expect; a custom template may leave it to the pod's settings. */
  readonly image?: string;
  /** That image has no client: it is brought along. */
  readonly inject?: boolean;
  readonly backup: string;
  readonly restore: string;
  readonly parameters?: readonly ParameterSchema[];
}
