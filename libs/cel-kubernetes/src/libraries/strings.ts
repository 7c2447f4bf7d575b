import type { CelLibrary } from '../checking/declaration.ts';
import { declared, define, listOfDeclared, method, overload } from '../checking/declared.ts';
import type { Spend } from '../cost/cost-budget.ts';
import type { CallEstimator } from '../cost/cost-estimate.ts';
import { add, exactly, multiply, scale, traversalFactor } from '../cost/cost-estimate.ts';
import {
  sameSizeEstimate,
  sizeOf,
  sizeOfArgument,
  traversal,
  traversalEstimate,
} from '../cost/runtime-cost.ts';
import { CelEvaluationError } from '../problem.ts';
import { checkLength } from '../standard/arithmetic.ts';
import { type List, ListValue, listItems } from '../values/list-value.ts';
import { codePointLength } from '../values/text.ts';
import { formatText } from './string-format.ts';
import {
  charAt,
  indexOf,
  lastIndexOf,
  quote,
  replace,
  replacedLength,
  split,
  substring,
} from './string-operations.ts';

const { int, string, dyn } = declared;
const strings = listOfDeclared(string);

const readOnce = { cost: (text: string) => traversal(codePointLength(text)), estimate: sameSizeEstimate };
const searched = { cost: (text: string) => traversal(codePointLength(text)), estimate: traversalEstimate() };
const readTwice = { cost: (text: string) => traversal(codePointLength(text), 2) };

/** The texts of a list. @throws CelEvaluationError when something else is in it. */
function textsOf(list: List): readonly string[] {
  return listItems(list).map((item) => {
    if (typeof item !== 'string')
      throw new CelEvaluationError('no such overload: join of a list with other items');
    return item;
  });
}

function joinCost(list: List, separator = ''): number {
  const items = listItems(list);
  let length = codePointLength(separator) * Math.max(0, items.length - 1);
  for (const item of items) length += sizeOf(item);
  return traversal(length, 2);
}

/** Spec: apiserver pkg/cel/library/cost.go, EstimateCallCost of join. */
const joinEstimate: CallEstimator = (list, separator) => {
  const count = sizeOfArgument(list);
  const items = multiply(count, list?.itemSize ?? exactly(0));
  const gaps = { min: Math.max(0, count.min - 1), max: Math.max(0, count.max - 1) };
  const size = separator === undefined ? items : add(items, multiply(sizeOfArgument(separator), gaps));
  return { cost: scale(size, traversalFactor), size };
};

function join(list: List, separator: string): string {
  const items = textsOf(list);
  let length = separator.length * Math.max(0, items.length - 1);
  for (const item of items) length += item.length;
  checkLength(length);
  return items.join(separator);
}

/** Spec: apiserver pkg/cel/library/cost.go, EstimateCallCost of replace. */
const replaceEstimate: CallEstimator = (text, from, to) => {
  const [size, old, by] = [sizeOfArgument(text), sizeOfArgument(from), sizeOfArgument(to)];
  const count = { min: 0, max: 0 };
  const kept = { min: 0, max: 0 };
  if (old.min === 0) {
    count.max = size.max + 1;
    kept.max = size.max;
  } else if (by.max <= old.min) {
    kept.max = size.max;
  } else {
    count.max = Math.ceil(size.max / old.min);
  }
  if (old.max === 0) {
    count.min = size.min + 1;
    kept.min = size.min;
  } else if (old.max <= by.min) {
    kept.min = size.min;
  } else {
    count.min = Math.ceil(size.min / old.max);
  }
  return { cost: scale(size, 2 * traversalFactor), size: add(multiply(count, by), kept) };
};

const replaceCosts = {
  ...readTwice,
  estimate: replaceEstimate,
};

/** The result can be longer by far than the text, on which the cost depends. */
function replaceText(text: string, from: string, to: string, limit: bigint, work: Spend): string {
  work(replacedLength(text, from, to) / 20);
  return replace(text, from, to, limit);
}

function splitText(text: string, separator: string, limit: bigint, work: Spend): ListValue {
  const pieces = split(text, separator, limit);
  work(pieces.length / 2);
  return new ListValue(pieces);
}

const splitCosts = {
  ...readTwice,
  estimate: (text: Parameters<typeof sizeOfArgument>[0]) => {
    const size = sizeOfArgument(text);
    return { cost: scale(size, 2 * traversalFactor), size: { min: 0, max: size.max } };
  },
};

const quoteEstimate: CallEstimator = (text) => {
  const size = sizeOfArgument(text);
  return { cost: scale(size, traversalFactor), size: { min: size.min + 2, max: size.max * 2 + 2 } };
};

/** Functions of strings. Spec: cel-go, ext.Strings, version 2, as Kubernetes has it. */
export const stringFunctions: CelLibrary = {
  name: 'strings',
  functions: [
    define('charAt', method('string_char_at_int', [string, int], string, charAt)),
    define(
      'indexOf',
      method(
        'string_index_of_string',
        [string, string],
        int,
        (text, part) => indexOf(text, part, 0n),
        searched,
      ),
      method('string_index_of_string_int', [string, string, int], int, indexOf, searched),
    ),
    define(
      'lastIndexOf',
      method(
        'string_last_index_of_string',
        [string, string],
        int,
        (text, part) => lastIndexOf(text, part),
        searched,
      ),
      method('string_last_index_of_string_int', [string, string, int], int, lastIndexOf, searched),
    ),
    define(
      'join',
      method('list_join', [strings], string, (list) => join(list, ''), {
        cost: joinCost,
        estimate: joinEstimate,
      }),
      method('list_join_string', [strings, string], string, join, { cost: joinCost, estimate: joinEstimate }),
    ),
    define(
      'lowerAscii',
      method(
        'string_lower_ascii',
        [string],
        string,
        (text) => text.replace(/[A-Z]+/g, (part) => part.toLowerCase()),
        readOnce,
      ),
    ),
    define(
      'upperAscii',
      method(
        'string_upper_ascii',
        [string],
        string,
        (text) => text.replace(/[a-z]+/g, (part) => part.toUpperCase()),
        readOnce,
      ),
    ),
    define(
      'replace',
      method(
        'string_replace_string_string',
        [string, string, string],
        string,
        (text, from, to, work) => replaceText(text, from, to, -1n, work),
        replaceCosts,
      ),
      method(
        'string_replace_string_string_int',
        [string, string, string, int],
        string,
        replaceText,
        replaceCosts,
      ),
    ),
    define(
      'split',
      method(
        'string_split_string',
        [string, string],
        strings,
        (text, separator, work) => splitText(text, separator, -1n, work),
        splitCosts,
      ),
      method('string_split_string_int', [string, string, int], strings, splitText, splitCosts),
    ),
    define(
      'substring',
      method(
        'string_substring_int',
        [string, int],
        string,
        (text, start) => substring(text, start, undefined),
        readOnce,
      ),
      method('string_substring_int_int', [string, int, int], string, substring, readOnce),
    ),
    define('trim', method('string_trim', [string], string, trim, readOnce)),
    define(
      'format',
      method(
        'string_format',
        [string, listOfDeclared(dyn)],
        string,
        (text, list, work) => formatText(text, listItems(list), work),
        {
          cost: (text) => traversal(codePointLength(text)),
          estimate: (text) => ({ cost: scale(sizeOfArgument(text), traversalFactor) }),
        },
      ),
    ),
    define(
      'strings.quote',
      overload('strings_quote', [string], string, quote, {
        cost: (text) => traversal(codePointLength(text)),
        estimate: quoteEstimate,
      }),
    ),
  ],
};

/** Spaces as Unicode defines them, U+0085 among them and U+FEFF not, unlike those of JavaScript. */
const space = '[\\t-\\r \\u0085\\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]';
const leadingSpace = new RegExp(`^${space}+`);
const oneSpace = new RegExp(`^${space}$`);

function trim(text: string): string {
  const start = leadingSpace.exec(text)?.[0].length ?? 0;
  let end = text.length;
  while (end > start && oneSpace.test(text.charAt(end - 1))) end--;
  return text.slice(start, end);
}
