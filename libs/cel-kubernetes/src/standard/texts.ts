import type { FunctionDeclaration } from '../checking/declaration.ts';
import { declared, define, method, overload } from '../checking/declared.ts';
import { multiply, scale, traversalFactor } from '../cost/cost-estimate.ts';
import { matchCost, matchEstimate, sizeOfArgument, traversal } from '../cost/runtime-cost.ts';
import { codePointLength } from '../values/text.ts';
import { atSite, matchWork, type PatternUse, withPattern } from './pattern.ts';

const { bool, string } = declared;

/** A test runs on a DFA, some 3 ns for each instruction and character where the pattern is large. */
const test: PatternUse = (pattern, text, _, work) => {
  work(matchWork(pattern, text, 64, 0.03));
  return pattern.test(text);
};
const patternCosts = { cost: matchCost, estimate: matchEstimate };
const affixCosts = {
  cost: (_: string, affix: string) => traversal(codePointLength(affix)),
  estimate: (...[, affix]: readonly Parameters<typeof sizeOfArgument>[0][]) => ({
    cost: scale(sizeOfArgument(affix), traversalFactor),
  }),
};

/** Functions of strings that belong to the language. */
export const texts: readonly FunctionDeclaration[] = [
  define(
    'contains',
    method('contains_string', [string, string], bool, (text, part) => text.includes(part), {
      cost: (text, part) => traversal(codePointLength(text)) * traversal(codePointLength(part)),
      estimate: (text, part) => ({
        cost: multiply(
          scale(sizeOfArgument(text), traversalFactor),
          scale(sizeOfArgument(part), traversalFactor),
        ),
      }),
    }),
  ),
  define(
    'startsWith',
    method('starts_with_string', [string, string], bool, (text, part) => text.startsWith(part), affixCosts),
  ),
  define(
    'endsWith',
    method('ends_with_string', [string, string], bool, (text, part) => text.endsWith(part), affixCosts),
  ),
  define(
    'matches',
    withPattern(method('matches_string', [string, string], bool, atSite, patternCosts), test),
    withPattern(overload('matches', [string, string], bool, atSite, patternCosts), test),
  ),
];
