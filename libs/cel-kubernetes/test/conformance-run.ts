import type { Type } from '@bufbuild/cel-spec/cel/expr/checked_pb.js';
import { Type_PrimitiveType, Type_WellKnownType } from '@bufbuild/cel-spec/cel/expr/checked_pb.js';
import type { Value } from '@bufbuild/cel-spec/cel/expr/value_pb.js';
import { isMessage } from '@bufbuild/protobuf';
import { anyUnpack, DurationSchema, TimestampSchema } from '@bufbuild/protobuf/wkt';
import {
  type CelType,
  celTypes,
  listOf,
  mapOf,
  nullable,
  opaque,
  optionalOf,
  type ScalarType,
  typeOf,
} from '../src/checking/cel-type.ts';
import type { CelLibrary, FunctionDeclaration, Overload } from '../src/checking/declaration.ts';
import { CelCompileError, CelEnvironment, CelEvaluationError, CostBudget } from '../src/index.ts';
import { Duration } from '../src/values/duration.ts';
import { equals } from '../src/values/equality.ts';
import { ListValue } from '../src/values/list-value.ts';
import { insertEntry, type MapKey, MapValue } from '../src/values/map-value.ts';
import { Timestamp } from '../src/values/timestamp.ts';
import { typeNameOf } from '../src/values/type-name.ts';
import { TypeValue } from '../src/values/type-value.ts';
import { Uint } from '../src/values/uint.ts';
import type { Case } from './conformance-corpus.ts';

/** The test needs something that this engine does not have; the message says what. */
export class Unsupported extends Error {}

/**
 * Runs one test of the official suite.
 *
 * @returns why it fails, or undefined when it passes. @throws Unsupported
 */
export function runCase({ test }: Case, libraries: readonly CelLibrary[]): string | undefined {
  const { original } = test;
  const variables: Record<string, CelType> = {};
  const functions: FunctionDeclaration[] = [];
  for (const { name, declKind } of original.typeEnv) {
    if (declKind.case === 'ident') variables[name] = toType(declKind.value.type);
    if (declKind.case !== 'function') continue;
    functions.push({ name, overloads: declKind.value.overloads.map(toOverload) });
  }
  const bindings: Record<string, unknown> = {};
  for (const [name, { kind }] of Object.entries(original.bindings)) {
    if (kind.case !== 'value') throw new Unsupported(`binding of ${String(kind.case)}`);
    bindings[name] = toValue(kind.value);
    variables[name] ??= celTypes.dyn;
  }
  const environment = new CelEnvironment({
    variables,
    libraries: [...libraries, { name: 'declared by the test', functions }],
    container: original.container,
  });
  return judge(original, () => {
    const program = environment.compile(original.expr, { check: !original.disableCheck });
    return {
      type: program.type,
      value: () => program.evaluateValue(bindings, new CostBudget(1e9)),
    };
  });
}

type Original = Case['test']['original'];

function judge(
  { resultMatcher, checkOnly }: Original,
  compile: () => { type: CelType; value: () => unknown },
): string | undefined {
  try {
    const { type, value } = compile();
    if (resultMatcher.case === 'typedResult') {
      const expected = resultMatcher.value.deducedType && toType(resultMatcher.value.deducedType);
      if (expected !== undefined && show(type) !== show(expected))
        return `type ${show(type)}, expected ${show(expected)}`;
    }
    if (checkOnly) return undefined;
    const found = value();
    switch (resultMatcher.case) {
      case 'evalError':
      case 'anyEvalErrors':
        return `a value where an error is expected: ${show(found)}`;
      case 'value':
        return compare(found, toValue(resultMatcher.value));
      case 'typedResult':
        return resultMatcher.value.result && compare(found, toValue(resultMatcher.value.result));
      case undefined:
        return compare(found, true);
      default:
        throw new Unsupported(`matcher ${resultMatcher.case}`);
    }
  } catch (error) {
    if (!(error instanceof CelCompileError) && !(error instanceof CelEvaluationError)) throw error;
    const expected = resultMatcher.case === 'evalError' || resultMatcher.case === 'anyEvalErrors';
    return expected ? undefined : error.message;
  }
}

/** The suite asks for the same type and the same value; NaN is the same as itself. */
function compare(found: unknown, expected: unknown): string | undefined {
  if (typeNameOf(found) !== typeNameOf(expected)) {
    return `${typeNameOf(found)} ${show(found)}, expected ${typeNameOf(expected)} ${show(expected)}`;
  }
  if (typeof found === 'number' && Number.isNaN(found) && Number.isNaN(expected)) return undefined;
  return equals(found, expected, () => undefined) ? undefined : `${show(found)}, expected ${show(expected)}`;
}

function show(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) => {
    if (typeof part === 'bigint') return `${part}`;
    if (part instanceof Map) return [...part];
    return part;
  });
}

function toValue({ kind }: Value): unknown {
  switch (kind.case) {
    case 'nullValue':
      return null;
    case 'uint64Value':
      return new Uint(kind.value);
    case 'listValue':
      return new ListValue(kind.value.values.map(toValue));
    case 'mapValue': {
      const entries = new Map<MapKey, readonly [unknown, unknown]>();
      for (const { key, value } of kind.value.entries) {
        if (key && value) insertEntry(entries, toValue(key), toValue(value));
      }
      return new MapValue(entries);
    }
    case 'typeValue':
      return new TypeValue(kind.value);
    case 'objectValue': {
      const timestamp = anyUnpack(kind.value, TimestampSchema);
      if (timestamp && isMessage(timestamp, TimestampSchema)) {
        return new Timestamp(timestamp.seconds * 1_000_000_000n + BigInt(timestamp.nanos));
      }
      const duration = anyUnpack(kind.value, DurationSchema);
      if (duration) return new Duration(duration.seconds * 1_000_000_000n + BigInt(duration.nanos));
      throw new Unsupported('a value that is a protobuf message');
    }
    case 'enumValue':
      throw new Unsupported('a value that is a protobuf enum');
    case undefined:
      throw new Unsupported('a value without kind');
    default:
      return kind.value;
  }
}

function toOverload({
  overloadId,
  params,
  resultType,
  isInstanceFunction,
}: {
  overloadId: string;
  params: Type[];
  resultType?: Type | undefined;
  isInstanceFunction: boolean;
}): Overload {
  return {
    id: overloadId,
    member: isInstanceFunction,
    parameters: params.map(toType),
    result: toType(resultType),
    accepts: params.map(() => () => true),
    implement: () => {
      throw new CelEvaluationError(`${overloadId} is only declared`);
    },
  };
}

const primitives: Readonly<Record<number, ScalarType>> = {
  [Type_PrimitiveType.BOOL]: celTypes.bool,
  [Type_PrimitiveType.INT64]: celTypes.int,
  [Type_PrimitiveType.UINT64]: celTypes.uint,
  [Type_PrimitiveType.DOUBLE]: celTypes.double,
  [Type_PrimitiveType.STRING]: celTypes.string,
  [Type_PrimitiveType.BYTES]: celTypes.bytes,
};

const wellKnown: Readonly<Record<number, ScalarType>> = {
  [Type_WellKnownType.ANY]: celTypes.dyn,
  [Type_WellKnownType.DURATION]: celTypes.duration,
  [Type_WellKnownType.TIMESTAMP]: celTypes.timestamp,
};

function toType(type: Type | undefined): CelType {
  const kind = type?.typeKind;
  switch (kind?.case) {
    case 'dyn':
      return celTypes.dyn;
    case 'null':
      return celTypes.null;
    case 'primitive':
      return primitives[kind.value] ?? celTypes.dyn;
    case 'wellKnown':
      return wellKnown[kind.value] ?? celTypes.dyn;
    case 'wrapper':
      return nullable(primitives[kind.value] ?? celTypes.dyn);
    case 'listType':
      return listOf(toType(kind.value.elemType));
    case 'mapType':
      return mapOf(toType(kind.value.keyType), toType(kind.value.valueType));
    case 'typeParam':
      return { kind: 'parameter', name: kind.value };
    case 'type':
      return typeOf(toType(kind.value));
    case 'abstractType': {
      const parameters = kind.value.parameterTypes.map(toType);
      const [first] = parameters;
      if (kind.value.name === 'optional_type' && first !== undefined) return optionalOf(first);
      return opaque(kind.value.name, parameters);
    }
    case 'messageType':
      if (kind.value === 'google.protobuf.Timestamp') return celTypes.timestamp;
      if (kind.value === 'google.protobuf.Duration') return celTypes.duration;
      throw new Unsupported(`the protobuf message ${kind.value}`);
    default:
      throw new Unsupported(`the type ${String(kind?.case)}`);
  }
}
