import type { Value } from '@bufbuild/cel-spec/cel/expr/value_pb.js';
import { optionals } from '../src/libraries/optionals.ts';
import { children, type Expression } from '../src/syntax/expression.ts';
import { macroTable, parse } from '../src/syntax/parser.ts';
import { standardMacros } from '../src/syntax/standard-macros.ts';
import { SyntaxFault } from '../src/syntax/syntax-fault.ts';
import type { Case } from './conformance-corpus.ts';

/** Sections of the suite that are about nothing but protobuf messages, their fields and their enums. */
const messageReason =
  'needs protobuf messages or enums: Kubernetes has none in its expressions, so there are none here';

const macros = macroTable([...standardMacros, ...(optionals.macros ?? [])]);
const enums = /^\.?(?:TestAllTypes|NestedTestAllTypes|GlobalEnum|NestedEnum|NullValue)$/;
const wellKnown = new Set(['google.protobuf.Timestamp', 'google.protobuf.Duration']);

/**
 * Why a test is not run, or undefined. A test is left out only when its expression names or makes a protobuf message or
 * enum, or when it is given one; never because of what it comes to.
 */
export function skipReason({ test: { original } }: Case): string | undefined {
  const bound = Object.values(original.bindings).some(
    ({ kind }) => kind.case === 'value' && isMessage(kind.value),
  );
  const declared = original.typeEnv.some(
    ({ declKind }) => declKind.case === 'ident' && namesMessage(JSON.stringify(declKind.value.type, plain)),
  );
  return bound || declared || usesMessage(original.expr) ? messageReason : undefined;
}

function isMessage({ kind }: Value): boolean {
  if (kind.case === 'objectValue')
    return !wellKnown.has(kind.value.typeUrl.replace('type.googleapis.com/', ''));
  return kind.case === 'enumValue';
}

function plain(_: string, value: unknown): unknown {
  return typeof value === 'bigint' ? String(value) : value;
}

function namesMessage(type: string): boolean {
  return /"case":"messageType"/.test(type) && ![...wellKnown].some((name) => type.includes(name));
}

function usesMessage(text: string): boolean {
  try {
    return nodes(parse(text, macros)).some(
      (node) =>
        node.kind === 'struct' ||
        ((node.kind === 'identifier' || node.kind === 'call') && enums.test(node.name)) ||
        (node.kind === 'selection' && enums.test(node.field)),
    );
  } catch (error) {
    if (error instanceof SyntaxFault) return false;
    throw error;
  }
}

function nodes(node: Expression): Expression[] {
  return [node, ...children(node).flatMap(nodes)];
}
