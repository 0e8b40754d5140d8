import { Failure, Secret } from '@backup-maker/model';

export type Environment = Readonly<Record<string, string | undefined>>;

/** Where a secret comes from; a file is read only when the secret is needed. */
export type SecretSource =
  | { readonly kind: 'value'; readonly secret: Secret }
  | { readonly kind: 'file'; readonly path: string };

/**
 * What the user gave for one command: flags, arguments and variables. A variable that is set wins over its
 * flag, which existing scripts rely on; an empty one counts as not set, as Kubernetes leaves them.
 */
export class Input {
  readonly #flags: Readonly<Record<string, unknown>>;
  readonly #env: Environment;
  readonly arguments: readonly string[];

  constructor(options: {
    readonly flags: Readonly<Record<string, unknown>>;
    readonly args: readonly string[];
    readonly env: Environment;
  }) {
    this.#flags = options.flags;
    this.#env = options.env;
    this.arguments = options.args;
  }

  /** @param flag in camel case, as the parser stores it */
  text(flag: string | undefined, variable?: string): string | undefined {
    const fromFlag = flag === undefined ? undefined : this.#flags[flag];
    return this.variable(variable) ?? (typeof fromFlag === 'string' ? fromFlag : undefined);
  }

  /** @throws Failure `invalid-input` naming both ways to give it */
  required(flag: string, variable?: string): string {
    const value = this.text(flag, variable);
    if (value === undefined || value === '') {
      const alternative = variable === undefined ? '' : ` or the variable ${variable}`;
      throw new Failure('invalid-input', `missing: give --${kebab(flag)}${alternative}`);
    }
    return value;
  }

  /** A flag that may be given several times; the variable has one value, or several between `separator`. */
  texts(flag: string | undefined, variable: string, separator?: string | RegExp): readonly string[] {
    const value = this.variable(variable);
    if (value !== undefined) {
      return (separator === undefined ? [value] : value.split(separator)).filter((part) => part !== '');
    }
    const fromFlag = flag === undefined ? undefined : this.#flags[flag];
    return Array.isArray(fromFlag) ? fromFlag : [];
  }

  isSet(flag: string): boolean {
    return this.#flags[flag] === true;
  }

  /** False only where `--no-…` was given. */
  isOn(flag: string): boolean {
    return this.#flags[flag] !== false;
  }

  /** From `VARIABLE`, the file that `VARIABLE_FILE` names, or the flag. */
  secret(flag: string | undefined, variable: string): SecretSource | undefined {
    const path = this.variable(`${variable}_FILE`);
    const value = this.variable(variable) ?? (path === undefined ? this.text(flag) : undefined);
    if (value !== undefined) {
      return { kind: 'value', secret: new Secret(value) };
    }
    return path === undefined ? undefined : { kind: 'file', path };
  }

  /** A number from `min` up, without a sign and fraction. */
  wholeNumber(flag: string, variable: string, min: number): number | undefined {
    const value = this.text(flag, variable);
    if (value === undefined) {
      return undefined;
    }
    if (!/^\d{1,15}$/.test(value) || Number(value) < min) {
      throw new Failure(
        'invalid-input',
        `--${kebab(flag)} (${variable}) must be a whole number from ${min} up, not ${JSON.stringify(value)}`,
      );
    }
    return Number(value);
  }

  variable(name: string | undefined): string | undefined {
    return name === undefined ? undefined : this.#env[name] || undefined;
  }

  get env(): Environment {
    return this.#env;
  }
}

function kebab(flag: string): string {
  return flag.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
