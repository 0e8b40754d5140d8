export { defaultLimits, type Limits } from './budget.ts';
export { shellQuote } from './shell-quote.ts';
export type { CallContext, FunctionTable, TemplateFunction } from './signature.ts';
export { type RenderOptions, Template, type TemplateOptions } from './template.ts';
export { TemplateError } from './template-error.ts';
export { isList, isMap, Moment, toValue, type Value, type ValueMap } from './value.ts';
