/** How much one rendering may use. A template is input from somebody with fewer rights than the renderer. */
export interface Limits {
  readonly maxTemplateBytes: number;
  readonly maxOutputBytes: number;
  /** Evaluated nodes and iterations, and every 64 characters that a function reads or makes. */
  readonly maxSteps: number;
  /** Templates that call templates, and lists inside lists when they are printed. */
  readonly maxDepth: number;
}

export const defaultLimits: Limits = {
  maxTemplateBytes: 1024 * 1024,
  maxOutputBytes: 1024 * 1024,
  maxSteps: 500_000,
  maxDepth: 100,
};

const charactersPerStep = 64;

/** Thrown when a limit is passed; the evaluator adds the place. */
export class BudgetExceeded extends Error {}

/** Counts what a rendering uses. Steps, not time: the same template always ends at the same place. */
export class Budget {
  readonly limits: Limits;
  #steps = 0;

  constructor(limits: Limits) {
    this.limits = limits;
  }

  spend(steps: number): void {
    this.#steps += steps;
    if (this.#steps > this.limits.maxSteps) {
      throw new BudgetExceeded(`the template does too much: more than ${this.limits.maxSteps} steps`);
    }
  }

  /** Accounts for text of this length before it is made. */
  text(length: number): void {
    if (!(length <= this.limits.maxOutputBytes)) {
      throw new BudgetExceeded(
        `the template makes too much text: more than ${this.limits.maxOutputBytes} bytes`,
      );
    }
    this.spend(Math.ceil(length / charactersPerStep));
  }

  depth(depth: number): void {
    if (depth > this.limits.maxDepth) {
      throw new BudgetExceeded(`exceeded maximum depth (${this.limits.maxDepth})`);
    }
  }
}
