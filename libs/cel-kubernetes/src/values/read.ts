import { CelUnknown } from '../problem.ts';
import { UnknownValue } from './unknown-value.ts';

/** Turns a piece of JSON into a value. Objects and arrays stay as they are until something looks into them. */
export type Read = (json: unknown) => unknown;

/** 2^63: whole numbers from here on do not fit into an int. */
const intBound = 2 ** 63;

/**
 * Reads JSON of which no type is known. JSON has one kind of number where CEL has three; as in Kubernetes, whole
 * numbers are ints and others doubles.
 */
export function readDynamic(json: unknown): unknown {
  if (typeof json !== 'number') {
    if (json instanceof UnknownValue) throw new CelUnknown(json.attributes);
    return json === undefined ? null : json;
  }
  return Number.isInteger(json) && json >= -intBound && json < intBound ? BigInt(json) : json;
}
