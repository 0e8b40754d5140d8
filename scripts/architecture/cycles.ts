/**
 * The cycles of a directed graph: each of its strongly connected components of more than one node (Tarjan's
 * algorithm), and each node that points to itself. Every component is listed once, in the order of discovery.
 */
export function findCycles(graph: ReadonlyMap<string, readonly string[]>): readonly (readonly string[])[] {
  const index = new Map<string, number>();
  const stack: string[] = [];
  const cycles: string[][] = [];

  const visit = (node: string): number => {
    const number = index.size;
    index.set(node, number);
    let lowest = number;
    stack.push(node);
    for (const next of graph.get(node) ?? []) {
      if (!index.has(next)) {
        lowest = Math.min(lowest, visit(next));
      } else if (stack.includes(next)) {
        lowest = Math.min(lowest, index.get(next) ?? lowest);
      }
    }
    if (lowest === number) {
      const component = stack.splice(stack.indexOf(node));
      if (component.length > 1 || graph.get(node)?.includes(node)) {
        cycles.push(component);
      }
    }
    return lowest;
  };

  for (const node of graph.keys()) {
    if (!index.has(node)) {
      visit(node);
    }
  }
  return cycles;
}
