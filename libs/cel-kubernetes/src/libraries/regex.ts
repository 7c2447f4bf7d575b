import type { CelLibrary } from '../checking/declaration.ts';
import { declared, define, listOfDeclared, method } from '../checking/declared.ts';
import type { CallEstimator } from '../cost/cost-estimate.ts';
import { matchCost, matchEstimate, sizeOfArgument } from '../cost/runtime-cost.ts';
import { atSite, matchWork, type Pattern, type PatternUse, withPattern } from '../standard/pattern.ts';
import { ListValue } from '../values/list-value.ts';

const { int, string } = declared;
const strings = listOfDeclared(string);

/** Finding one more match takes some 0.8 µs beside reading the text. */
const oneMatchWork = 8;

/** Where a match is is found on an NFA, some 40 ns for each instruction and character at worst. */
function searchWork(pattern: Pattern, text: string): number {
  return matchWork(pattern, text, 10, 0.4);
}

/** Every match, without empty ones that touch the one before, as Go has it. */
const findAll: PatternUse = (pattern, text, limit = -1n, work) => {
  work(searchWork(pattern, text));
  const found: string[] = [];
  const matcher = pattern.matcher(text);
  let previousEnd = -1;
  const most = limit < 0n ? text.length + 1 : Number(limit);
  while (found.length < most && matcher.find()) {
    work(oneMatchWork);
    const [start, end] = [matcher.start(), matcher.end()];
    if (start !== end || start !== previousEnd) found.push(text.slice(start, end));
    previousEnd = end;
  }
  return new ListValue(found);
};

const find: PatternUse = (pattern, text, _, work) => {
  work(searchWork(pattern, text));
  const matcher = pattern.matcher(text);
  return matcher.find() ? text.slice(matcher.start(), matcher.end()) : '';
};

const estimate: CallEstimator = (...args) => ({
  ...matchEstimate(...args),
  size: { min: 0, max: sizeOfArgument(args[0]).max },
});
const costs = { cost: matchCost, estimate };

/** Matches of RE2 patterns. Spec: Kubernetes documentation, "Kubernetes regex library". */
export const regex: CelLibrary = {
  name: 'kubernetes.regex',
  functions: [
    define('find', withPattern(method('string_find_string', [string, string], string, atSite, costs), find)),
    define(
      'findAll',
      withPattern(method('string_find_all_string', [string, string], strings, atSite, costs), findAll),
      withPattern(
        method('string_find_all_string_int', [string, string, int], strings, atSite, costs),
        findAll,
      ),
    ),
  ],
};
