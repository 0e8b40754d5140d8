import { Budget, defaultLimits, type Limits } from './budget.ts';
import { Execution } from './execution.ts';
import { allFunctions } from './functions/all.ts';
import { type ParsedTemplate, parse } from './parser.ts';
import type { FunctionTable } from './signature.ts';
import { TemplateError } from './template-error.ts';
import { TimeZone } from './time-zone.ts';
import { byteLength, type Value } from './value.ts';

export interface TemplateOptions {
  /** For messages. */
  readonly name: string;
  /** Functions besides the usual ones. */
  readonly functions?: FunctionTable;
  readonly limits?: Partial<Limits>;
}

export interface RenderOptions {
  /** What `now` gives; without it `now` is an error, so that the result depends on the data alone. */
  readonly nowMs?: number | undefined;
  /** Where `date` reads the clock: an IANA name; UTC by default. */
  readonly timeZone?: string | undefined;
}

/** A parsed template: Go's text/template with `missingkey=error`, bounded and without any way to its surroundings. */
export class Template {
  readonly #parsed: ParsedTemplate;
  readonly #functions: FunctionTable;
  readonly #limits: Limits;

  /** @throws TemplateError for what is no template. */
  constructor(text: string, options: TemplateOptions) {
    this.#limits = { ...defaultLimits, ...options.limits };
    this.#functions = { ...allFunctions, ...options.functions };
    if (byteLength(text) > this.#limits.maxTemplateBytes) {
      const message = `template: ${options.name}:1: larger than ${this.#limits.maxTemplateBytes} bytes`;
      throw new TemplateError(message, { templateName: options.name, line: 1 });
    }
    this.#parsed = parse(text, { name: options.name, hasFunction: (name) => this.#hasFunction(name) });
  }

  /**
   * The text for `data`, whose maps `set` and `merge` may change: give each rendering its own (`toValue` copies).
   * @throws TemplateError.
   */
  render(data: Value, options: RenderOptions = {}): string {
    return new Execution({
      template: this.#parsed,
      functions: this.#functions,
      budget: new Budget(this.#limits),
      nowMs: options.nowMs,
      timeZone: TimeZone.named(options.timeZone ?? 'UTC') ?? TimeZone.utc,
    }).run(data);
  }

  #hasFunction(name: string): boolean {
    return name === 'and' || name === 'or' || Object.hasOwn(this.#functions, name);
  }
}
