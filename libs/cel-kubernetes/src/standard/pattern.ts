import { createRequire } from 'node:module';
import type * as Engine from 're2js';
import type { Overload } from '../checking/declaration.ts';
import type { Spend } from '../cost/cost-budget.ts';
import { CelEvaluationError } from '../problem.ts';

let engine: typeof Engine | undefined;

/** A pattern that RE2 compiled. */
export type Pattern = Engine.RE2JS;

/**
 * Compiles a pattern with RE2, whose time is linear in the text: patterns come from whoever may write a policy.
 *
 * The engine is loaded at the first pattern, because loading it takes some 9 ms.
 *
 * @throws CelEvaluationError when the pattern is no RE2 pattern.
 */
export function compilePattern(source: string): Pattern {
  engine ??= createRequire(import.meta.url)('re2js') as typeof Engine;
  try {
    return engine.RE2JS.compile(source);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new CelEvaluationError(reason, { cause: error });
  }
}

/** Compiling takes some 8 µs, 1.3 µs for each character, and 2 µs for each instruction of the program. */
const [compileWork, characterWork, instructionWork] = [80, 13, 20];

/** Compiles patterns and remembers the last one, for a place of an expression where it is mostly the same. */
function patternMemory(): (source: string, work: Spend) => Pattern {
  let last: { readonly source: string; readonly pattern: Pattern } | undefined;
  return (source, work) => {
    if (last?.source !== source) {
      work(compileWork + source.length * characterWork);
      last = { source, pattern: compilePattern(source) };
      work(last.pattern.programSize() * instructionWork);
    }
    return last.pattern;
  };
}

/**
 * Work of matching that is not in its cost. The cost goes by the length of the pattern, while `(a|b){1000}` is short and
 * large. Patterns whose programs are not larger than `free` instructions are taken for what they cost.
 *
 * @param perStep - work for one instruction and one character
 */
export function matchWork(pattern: Pattern, text: string, free: number, perStep: number): number {
  return text.length * Math.max(0, pattern.programSize() - free) * perStep;
}

/** What a function does with a compiled pattern and its other arguments, `work` last. */
export type PatternUse = (pattern: Pattern, text: string, limit: bigint | undefined, work: Spend) => unknown;

/** An overload `(text, pattern)` or `(text, pattern, limit)` that remembers its pattern at each place it is called. */
export function withPattern(declaration: Overload, use: PatternUse): Overload {
  const site = () => {
    const compile = patternMemory();
    return (text: unknown, source: unknown, ...rest: readonly unknown[]) => {
      const [limit, work] = [rest[0], rest.at(-1)];
      if (!isSpend(work)) throw new CelEvaluationError('an implementation is called without its meter');
      const pattern = compile(String(source), work);
      return use(pattern, String(text), typeof limit === 'bigint' ? limit : undefined, work);
    };
  };
  return { ...declaration, site };
}

function isSpend(value: unknown): value is Spend {
  return typeof value === 'function';
}

/** Stands for the implementation of an overload that is made anew at each place. @throws CelEvaluationError */
export function atSite(): never {
  throw new CelEvaluationError('the overload is implemented where it is called');
}
