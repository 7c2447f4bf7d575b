import type { FunctionDeclaration } from '../checking/declaration.ts';
import { anyOf, declared, define, overload } from '../checking/declared.ts';
import { scale, traversalFactor } from '../cost/cost-estimate.ts';
import { sizeOfArgument, traversal } from '../cost/runtime-cost.ts';
import { CelEvaluationError } from '../problem.ts';
import { Duration, parseDuration } from '../values/duration.ts';
import { codePointLength } from '../values/text.ts';
import { nanosPerSecond, parseTimestamp, Timestamp } from '../values/timestamp.ts';
import { typeNameOf } from '../values/type-name.ts';
import { TypeValue } from '../values/type-value.ts';
import { intMax, Uint, uintMax } from '../values/uint.ts';
import { conversionError, formatDouble, parseDouble, parseInteger, parseUnsigned } from './number-text.ts';

const { bool, int, uint, double, string, bytes, timestamp, duration, dyn, typeValue } = declared;
const a = anyOf('A');
const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** 2^63 and 2^64, between which a double converts. */
const [intBound, uintBound] = [2 ** 63, 2 ** 64];

function doubleToInt(value: number): bigint {
  if (!(value > -intBound && value < intBound)) throw new CelEvaluationError('integer overflow');
  return BigInt(Math.trunc(value));
}

function doubleToUint(value: number): Uint {
  if (!(value >= 0 && value < uintBound)) throw new CelEvaluationError('unsigned integer overflow');
  return new Uint(BigInt(Math.trunc(value)));
}

function uintToInt({ value }: Uint): bigint {
  if (value > intMax) throw new CelEvaluationError('integer overflow');
  return value;
}

function intToUint(value: bigint): Uint {
  if (value < 0n || value > uintMax) throw new CelEvaluationError('unsigned integer overflow');
  return new Uint(value);
}

function textToBool(text: string): boolean {
  if (['1', 't', 'T', 'TRUE', 'true', 'True'].includes(text)) return true;
  if (['0', 'f', 'F', 'FALSE', 'false', 'False'].includes(text)) return false;
  throw conversionError(text, 'bool');
}

function bytesToText(value: Uint8Array): string {
  try {
    return decoder.decode(value);
  } catch (error) {
    throw new CelEvaluationError('invalid UTF-8 in bytes, cannot convert to string', { cause: error });
  }
}

const same = <T>(value: T) => value;

const byteCosts = {
  cost: (value: Uint8Array) => traversal(value.length),
  estimate: (value: Parameters<typeof sizeOfArgument>[0]) => {
    const size = sizeOfArgument(value);
    return { cost: scale(size, traversalFactor), size: { min: Math.floor(size.min / 4), max: size.max } };
  },
};
const textCosts = {
  cost: (value: string) => traversal(codePointLength(value)),
  estimate: (value: Parameters<typeof sizeOfArgument>[0]) => {
    const size = sizeOfArgument(value);
    return { cost: scale(size, traversalFactor), size: { min: size.min, max: size.max * 4 } };
  },
};

/** Conversions between types, and `type`. Spec: CEL language definition, "List of Standard Definitions". */
export const conversions: readonly FunctionDeclaration[] = [
  define(
    'bool',
    overload('bool_to_bool', [bool], bool, same),
    overload('string_to_bool', [string], bool, textToBool),
  ),
  define(
    'bytes',
    overload('bytes_to_bytes', [bytes], bytes, same),
    overload('string_to_bytes', [string], bytes, (text) => encoder.encode(text), textCosts),
  ),
  define(
    'double',
    overload('double_to_double', [double], double, same),
    overload('int64_to_double', [int], double, Number),
    overload('uint64_to_double', [uint], double, ({ value }) => Number(value)),
    overload('string_to_double', [string], double, (text) => parseDouble(text)),
  ),
  define(
    'int',
    overload('int64_to_int64', [int], int, same),
    overload('double_to_int64', [double], int, doubleToInt),
    overload('uint64_to_int64', [uint], int, uintToInt),
    overload('string_to_int64', [string], int, (text) => parseInteger(text)),
    overload('timestamp_to_int64', [timestamp], int, ({ seconds }) => seconds),
    overload('duration_to_int64', [duration], int, ({ nanos }) => nanos),
  ),
  define(
    'uint',
    overload('uint64_to_uint64', [uint], uint, same),
    overload('double_to_uint64', [double], uint, doubleToUint),
    overload('int64_to_uint64', [int], uint, intToUint),
    overload('string_to_uint64', [string], uint, (text) => parseUnsigned(text)),
  ),
  define(
    'string',
    overload('string_to_string', [string], string, same),
    overload('bool_to_string', [bool], string, String),
    overload('int64_to_string', [int], string, String),
    overload('uint64_to_string', [uint], string, String),
    overload('double_to_string', [double], string, formatDouble),
    overload('bytes_to_string', [bytes], string, bytesToText, byteCosts),
    overload('timestamp_to_string', [timestamp], string, String),
    overload('duration_to_string', [duration], string, String),
  ),
  define(
    'timestamp',
    overload('timestamp_to_timestamp', [timestamp], timestamp, same),
    overload('string_to_timestamp', [string], timestamp, (text) => parseTimestamp(text)),
    overload('int64_to_timestamp', [int], timestamp, (seconds) => new Timestamp(seconds * nanosPerSecond)),
  ),
  define(
    'duration',
    overload('duration_to_duration', [duration], duration, same),
    overload('string_to_duration', [string], duration, (text) => parseDuration(text)),
    overload('int64_to_duration', [int], duration, (nanos) => new Duration(nanos)),
  ),
  define('dyn', overload('to_dyn', [a], dyn, same)),
  define(
    'type',
    overload('type', [a], typeValue, (value) => new TypeValue(typeNameOf(value))),
  ),
];
