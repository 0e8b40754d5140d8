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
  readonly #isGiven: (flag: string) => boolean;
  readonly #ignored = new Set<string>();
  readonly arguments: readonly string[];

  constructor(options: {
    readonly flags: Readonly<Record<string, unknown>>;
    /** Whether the user gave this flag: those with a default are among `flags` in any case. */
    readonly isGiven: (flag: string) => boolean;
    readonly args: readonly string[];
    readonly env: Environment;
  }) {
    this.#flags = options.flags;
    this.#env = options.env;
    this.#isGiven = options.isGiven;
    this.arguments = options.args;
  }

  /**
   * @param flag in camel case, as the parser stores it
   * @throws Failure `invalid-input` where the flag is given with nothing: `-p "$KEY"` must not do without a key
   */
  text(flag: string | undefined, variable?: string): string | undefined {
    const [value] = this.#values(flag, variable);
    return value;
  }

  /** @throws Failure `invalid-input` naming both ways to give it */
  required(flag: string, variable?: string): string {
    const value = this.text(flag, variable);
    if (value === undefined) {
      const alternative = variable === undefined ? '' : ` or the variable ${variable}`;
      throw new Failure('invalid-input', `missing: give --${kebab(flag)}${alternative}`);
    }
    return value;
  }

  /** A flag that may be given several times; the variable has one value, or several between `separator`. */
  texts(flag: string | undefined, variable: string, separator?: string | RegExp): readonly string[] {
    const value = this.variable(variable);
    return value === undefined || separator === undefined
      ? this.#values(flag, variable)
      : this.#values(flag, variable)
          .flatMap((text) => text.split(separator))
          .filter((part) => part !== '');
  }

  #values(flag: string | undefined, variable: string | undefined): readonly string[] {
    const value = this.variable(variable);
    if (value !== undefined) {
      this.#ignore(flag, variable);
      return [value];
    }
    const given = flag === undefined ? [] : [this.#flags[flag]].flat();
    const texts = given.filter((text) => typeof text === 'string');
    if (flag !== undefined && texts.includes('')) {
      throw new Failure('invalid-input', `--${kebab(flag)} is given, but its value is empty`);
    }
    return texts;
  }

  #ignore(flag: string | undefined, variable: string | undefined): void {
    if (flag !== undefined && this.#isGiven(flag)) {
      this.#ignored.add(`${variable} is set and wins: --${kebab(flag)} is ignored`);
    }
  }

  /** What the user gave in vain, for a warning: a backup in another collection than the one on the command line. */
  get ignored(): readonly string[] {
    return [...this.#ignored];
  }

  /** For a flag that existing scripts give and that has no effect: the user may expect one. */
  ignore(flag: string, why: string): void {
    if (this.#isGiven(flag)) {
      this.#ignored.add(`--${kebab(flag)} has no effect here: ${why}`);
    }
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
    const value = this.variable(variable);
    const path = this.variable(`${variable}_FILE`);
    if (value !== undefined || path !== undefined) {
      this.#ignore(flag, value === undefined ? `${variable}_FILE` : variable);
    }
    if (value !== undefined) {
      return { kind: 'value', secret: new Secret(value) };
    }
    if (path !== undefined) {
      return { kind: 'file', path };
    }
    // May be empty: scripts give the passphrase of a key that has none this way.
    const fromFlag = flag === undefined ? undefined : this.#flags[flag];
    return typeof fromFlag === 'string' ? { kind: 'value', secret: new Secret(fromFlag) } : undefined;
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
