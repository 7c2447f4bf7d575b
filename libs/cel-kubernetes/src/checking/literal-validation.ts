import { CelEvaluationError } from '../problem.ts';
import { compilePattern } from '../standard/pattern.ts';
import type { Fault } from '../syntax/source.ts';
import { parseDuration } from '../values/duration.ts';
import { parseTimestamp } from '../values/timestamp.ts';
import type { CheckedExpression } from './checker.ts';

/** Functions whose literal argument can be checked when it is written: which argument, and how it is read. */
const readers: Readonly<
  Record<string, { readonly index: number; readonly read: (text: string) => unknown }>
> = {
  duration: { index: 0, read: parseDuration },
  timestamp: { index: 0, read: parseTimestamp },
  matches: { index: 1, read: compilePattern },
};

/** Finds durations, timestamps and patterns, written as literals, that no evaluation could read. */
export function literalFaults({ calls }: CheckedExpression): Fault[] {
  const faults: Fault[] = [];
  for (const { name, args } of calls.values()) {
    const reader = Object.hasOwn(readers, name) ? readers[name] : undefined;
    const literal = reader && args[reader.index];
    if (reader === undefined || literal?.kind !== 'literal' || typeof literal.value !== 'string') continue;
    try {
      reader.read(literal.value);
    } catch (error) {
      if (!(error instanceof CelEvaluationError)) throw error;
      faults.push({ message: `invalid ${name} argument: ${error.message}`, offset: literal.offset });
    }
  }
  return faults;
}
