import { Document, Pair, Scalar, YAMLMap, YAMLSeq } from 'yaml';
import type { Budget } from './budget.ts';
import { formatMoment, standardLayout } from './moment.ts';
import { SemanticVersion } from './semantic-version.ts';
import { isList, isMap, Moment, sortedKeys, type Value } from './value.ts';

/** YAML in the style of Helm's `toYaml`: keys sorted, lists not indented, no newline at the end. */
export function printYaml(value: Value, budget: Budget): string {
  const document = new Document(null, { aliasDuplicateObjects: false });
  document.contents = toNode(value, budget, 0) as typeof document.contents;
  const text = document.toString({ indentSeq: false, lineWidth: 0 }).replace(/\n$/, '');
  // A block at the top is indented as it is everywhere else.
  return typeof value === 'string' && /^[|>]/.test(text) ? text.replaceAll('\n', '\n  ') : text;
}

function toNode(value: Value, budget: Budget, depth: number): Scalar | YAMLMap | YAMLSeq {
  budget.spend(1);
  budget.depth(depth);
  if (isList(value)) {
    const sequence = new YAMLSeq();
    sequence.items = value.map((item) => toNode(item, budget, depth + 1));
    sequence.flow = value.length === 0;
    return sequence;
  }
  if (isMap(value)) {
    const map = new YAMLMap();
    map.items = sortedKeys(value).map(
      (key) => new Pair(textNode(key), toNode(value.get(key) ?? null, budget, depth + 1)),
    );
    map.flow = value.size === 0;
    return map;
  }
  if (typeof value === 'string') return textNode(value);
  if (value instanceof Moment) return textNode(formatMoment(value, standardLayout));
  if (value instanceof SemanticVersion) return textNode(value.toString());
  return new Scalar(value);
}

function textNode(text: string): Scalar {
  const scalar = new Scalar(text);
  scalar.type = styleOf(text);
  return scalar;
}

/** What YAML 1.1 reads as something else than a text. */
const otherTypes =
  /^(?:|~|null|Null|NULL|y|Y|n|N|yes|Yes|YES|no|No|NO|on|On|ON|off|Off|OFF|true|True|TRUE|false|False|FALSE|[-+]?(?:0b[01_]+|0o?[0-7_]+|0x[0-9a-fA-F_]+|[0-9][0-9_]*(?::[0-5]?[0-9])*(?:\.[0-9_]*)?(?:[eE][-+]?[0-9]+)?|\.[0-9_]+(?:[eE][-+]?[0-9]+)?|\.(?:inf|Inf|INF))|\.(?:nan|NaN|NAN)|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[Tt ].*)?)$/;

const unprintable = /[^\n\p{L}\p{M}\p{N}\p{P}\p{S} ]/u;
const needsQuotes = /^[-?:](?: |$)|^[,[\]{}#&*!|>'"%@`]|: |:$| #|^ | $|^---|^\.\.\./;

function styleOf(text: string): Scalar.Type {
  if (otherTypes.test(text) || unprintable.test(text)) return 'QUOTE_DOUBLE';
  if (text.includes('\n')) return / \n|^\s|^\n/.test(text) ? 'QUOTE_DOUBLE' : 'BLOCK_LITERAL';
  return needsQuotes.test(text) ? 'QUOTE_SINGLE' : 'PLAIN';
}
