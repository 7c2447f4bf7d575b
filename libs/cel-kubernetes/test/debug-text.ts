import { quote } from '../src/libraries/string-operations.ts';
import { formatDouble } from '../src/standard/number-text.ts';
import type { Expression, LiteralValue } from '../src/syntax/expression.ts';
import { Uint } from '../src/values/uint.ts';

/** A syntax tree as cel-go's ToDebugString writes it, with the kind of each node after it. */
export function debugText(node: Expression): string {
  return `${textOf(node)}^#*expr.${kindOf(node)}#`;
}

function textOf(node: Expression): string {
  switch (node.kind) {
    case 'literal':
      return literalText(node.value);
    case 'identifier':
      return node.name;
    case 'selection':
      return `${debugText(node.operand)}.${node.field}${node.testOnly ? '~test-only~' : ''}`;
    case 'call': {
      const target = node.target === undefined ? '' : `${debugText(node.target)}.`;
      return `${target}${node.name}(${lines(node.args.map(debugText))})`;
    }
    case 'list':
      return `[${lines(node.elements.map((element, index) => (node.optional.has(index) ? '?' : '') + debugText(element)))}]`;
    case 'map':
      return `{${lines(
        node.entries.map(
          ({ key, value, optional }) =>
            `${optional ? '?' : ''}${debugText(key)}:${debugText(value)}^#*expr.Expr_CreateStruct_Entry#`,
        ),
      )}}`;
    case 'struct':
      return `${node.name}{${lines(
        node.fields.map(
          ({ name, value, optional }) =>
            `${optional ? '?' : ''}${name}:${debugText(value)}^#*expr.Expr_CreateStruct_Entry#`,
        ),
      )}}`;
    case 'comprehension': {
      const second = node.secondVariable === undefined ? [] : [node.secondVariable];
      const parts: [string, string][] = [
        ['Variable', [node.variable, ...second].join(',\n')],
        ['Target', debugText(node.range)],
        ['Accumulator', node.accumulator],
        ['Init', debugText(node.initial)],
        ['LoopCondition', debugText(node.condition)],
        ['LoopStep', debugText(node.step)],
        ['Result', debugText(node.result)],
      ];
      const text = parts.map(([title, part]) => `// ${title}\n${part}`).join(',\n');
      return `__comprehension__(\n${indent(text)})`;
    }
  }
}

const kinds = {
  identifier: 'Expr_IdentExpr',
  selection: 'Expr_SelectExpr',
  call: 'Expr_CallExpr',
  list: 'Expr_ListExpr',
  map: 'Expr_StructExpr',
  struct: 'Expr_StructExpr',
  comprehension: 'Expr_ComprehensionExpr',
} as const;

function kindOf(node: Expression): string {
  return node.kind === 'literal' ? `Constant_${literalKind(node.value)}Value` : kinds[node.kind];
}

function literalKind(value: LiteralValue): string {
  if (value === null) return 'Null';
  if (value instanceof Uint) return 'Uint64';
  if (value instanceof Uint8Array) return 'Bytes';
  const names: Readonly<Record<string, string>> = {
    bigint: 'Int64',
    number: 'Double',
    string: 'String',
    boolean: 'Bool',
  };
  return names[typeof value] ?? '';
}

function literalText(value: LiteralValue): string {
  if (value instanceof Uint) return `${value.value}u`;
  if (value instanceof Uint8Array) return `b${goQuote(value)}`;
  if (typeof value === 'string') return goQuote(new TextEncoder().encode(value));
  return typeof value === 'number' ? formatDouble(value) : String(value);
}

/** As Go's strconv.Quote: text as it is, escapes where it does not print or is no UTF-8. */
function goQuote(bytes: Uint8Array): string {
  let quoted = '';
  for (let at = 0; at < bytes.length; ) {
    const length = [1, 2, 3, 4].find((count) => isUtf8(bytes.subarray(at, at + count)));
    const byte = bytes[at] ?? 0;
    if (length === undefined) quoted += `\\x${byte.toString(16).padStart(2, '0')}`;
    else
      quoted += escapeCharacter(
        new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes.subarray(at, at + length)),
      );
    at += length ?? 1;
  }
  return `"${quoted}"`;
}

function escapeCharacter(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  const simple = quote(character).slice(1, -1);
  if (simple !== character) return simple;
  if (code < 0x20 || code === 0x7f) return `\\x${code.toString(16).padStart(2, '0')}`;
  if (code <= 0x7f || !/[\p{C}\p{Z}]/u.test(character)) return character;
  return code > 0xff_ff
    ? `\\U${code.toString(16).padStart(8, '0')}`
    : `\\u${code.toString(16).padStart(4, '0')}`;
}

function isUtf8(bytes: Uint8Array): boolean {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes) !== '';
  } catch {
    return false;
  }
}

function lines(parts: readonly string[]): string {
  return parts.length === 0 ? '' : `\n${indent(parts.join(',\n'))}\n`;
}

function indent(text: string): string {
  return text.replace(/^/gm, '  ');
}
