/** Compiled patterns: those of CRDs, bounded so that a stream of new CRDs can't fill the memory. */
const compiled = new Map<string, RegExp>();
const maxCompiled = 1000;

/** A schema's pattern (RE2 syntax in Kubernetes) as a JavaScript expression. Throws a SyntaxError where it is none. */
export function regularExpression(pattern: string): RegExp {
  const known = compiled.get(pattern);
  if (known !== undefined) {
    return known;
  }
  // `(?i)` at the start is RE2's way to set a flag; JavaScript takes flags apart from the pattern.
  const flags = /^\(\?([ims]+)\)/.exec(pattern);
  const expression = new RegExp(flags ? pattern.slice(flags[0].length) : pattern, `u${flags?.[1] ?? ''}`);
  if (compiled.size >= maxCompiled) {
    compiled.clear();
  }
  compiled.set(pattern, expression);
  return expression;
}
