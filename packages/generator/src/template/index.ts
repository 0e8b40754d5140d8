export { shellQuote } from './shell-quote.ts';
export type { FunctionTable } from './signature.ts';
export { type RenderOptions, Template } from './template.ts';
export { TemplateError } from './template-error.ts';
export { isList, isMap, toValue, type Value, type ValueMap } from './value.ts';
