/** Why a template cannot be parsed or rendered: Go's own text, and where. */
export class TemplateError extends Error {
  /** 1-based. */
  readonly line: number;
  readonly templateName: string;
  /** The message without what a function said, which may repeat values of the data. */
  readonly messageWithoutValues: string;

  constructor(
    message: string,
    options: { readonly templateName: string; readonly line: number; readonly messageWithoutValues?: string },
  ) {
    super(message);
    this.name = 'TemplateError';
    this.templateName = options.templateName;
    this.line = options.line;
    this.messageWithoutValues = options.messageWithoutValues ?? message;
  }
}

/** A function's refusal; the evaluator adds the place. */
export class CallError extends Error {}
