/** Why a template cannot be parsed or rendered: Go's own text, and where. */
export class TemplateError extends Error {
  /** 1-based. */
  readonly line: number;
  readonly templateName: string;

  constructor(message: string, where: { readonly templateName: string; readonly line: number }) {
    super(message);
    this.name = 'TemplateError';
    this.templateName = where.templateName;
    this.line = where.line;
  }
}

/** A function's refusal; the evaluator adds the place. */
export class CallError extends Error {}
