import type { Value } from './value.ts';

/** The variables of one running template, innermost last. */
export class Scope {
  readonly #variables: { readonly name: string; value: Value }[];

  constructor(dot: Value) {
    this.#variables = [{ name: '$', value: dot }];
  }

  mark(): number {
    return this.#variables.length;
  }

  /** Forgets what was declared since `mark`. */
  reset(mark: number): void {
    this.#variables.length = mark;
  }

  declare(name: string, value: Value): void {
    this.#variables.push({ name, value });
  }

  /** undefined when there is no such variable. */
  find(name: string): { value: Value } | undefined {
    return this.#variables.findLast((variable) => variable.name === name);
  }

  /** Sets the variable that was declared `fromTop` declarations ago; 1 is the last one. */
  setFromTop(fromTop: number, value: Value): void {
    const variable = this.#variables.at(-fromTop);
    if (variable !== undefined) variable.value = value;
  }
}
