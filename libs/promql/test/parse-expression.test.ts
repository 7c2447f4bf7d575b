import { deepEqual, equal, match, throws } from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { type Expression, ParseError, type ParserOptions, parseExpression } from '../src/index.ts';
import { corporaAbsent, type ParserCase, parserCases, ruleExpressions, scriptQueries } from './corpora.ts';

const everything: ParserOptions = {
  experimentalFunctions: true,
  durationExpressions: true,
  extendedRangeSelectors: true,
  fillModifiers: true,
};

function faultOf(text: string, options: ParserOptions = {}): ParseError | undefined {
  try {
    parseExpression(text, options);
    return undefined;
  } catch (error) {
    if (error instanceof ParseError) return error;
    throw error;
  }
}

/** Who has the whole list of faults where Prometheus has it; ranges in bytes. */
function listedFaults(text: string, error: ParseError): readonly string[] {
  const bytes = (index: number): number => Buffer.byteLength(text.slice(0, index));
  return error.faults.map(({ range, message }) => `${bytes(range.start)}-${bytes(range.end)} ${message}`);
}

/** Cases whose faults cannot be the same, with the reason. A case that is the same after all fails the test. */
const skippedFaults: ReadonlyMap<string, string> = new Map([
  ['some_metric{a="\ufffd"}', 'a byte that is no UTF-8 is one byte there and U+FFFD, three bytes, here'],
  [
    'label_replace(a, `b`, `c\ufffd`, `d`, `.*`)',
    'a byte that is no UTF-8 is one byte there and U+FFFD here',
  ],
]);

function hasSameFaults({ input, errors = [], errorCount }: ParserCase, error: ParseError): boolean {
  const expected = errors.map(({ start, end, message }) => `${start}-${end} ${message}`);
  const found = listedFaults(input, error).slice(0, errorCount === undefined ? undefined : 1);
  return found.join('\n') === expected.join('\n') && error.faultCount === (errorCount ?? errors.length);
}

describe('the cases of Prometheus', { skip: corporaAbsent }, () => {
  const options: ParserOptions = { ...everything, fillModifiers: false };

  test('all 356 expressions are accepted or refused as there', () => {
    const wrong = parserCases('parse-expressions').filter(
      ({ input, ok }) => (faultOf(input, options) === undefined) !== ok,
    );
    deepEqual(
      wrong.map(({ input }) => input),
      [],
    );
    equal(parserCases('parse-expressions').length, 356);
  });

  test('146 of 148 refusals have all the messages and ranges that Prometheus lists', () => {
    let same = 0;
    for (const refused of parserCases('parse-expressions')) {
      const error = faultOf(refused.input, options);
      if (!error) continue;
      const isSame = hasSameFaults(refused, error);
      equal(isSame, !skippedFaults.has(refused.input), `${refused.input.slice(0, 200)}: ${error.message}`);
      if (isSame) same++;
    }
    equal(same, 146);
  });

  test('every query of the acceptance scripts parses', () => {
    const queries = scriptQueries();
    equal(queries.length, 1861);
    for (const query of queries) equal(faultOf(query, everything)?.message, undefined, query);
  });
});

describe('rules of others', { skip: corporaAbsent }, () => {
  test('949 expressions of community alerts parse', () => {
    const expressions = ruleExpressions('alert-rules');
    equal(expressions.length, 949);
    for (const expression of expressions) equal(faultOf(expression)?.message, undefined, expression);
  });

  test('generated SLO rules parse, but for 14 that use a function of MetricsQL', () => {
    const expressions = ruleExpressions('slo');
    const refused = expressions.filter((expression) => faultOf(expression));
    deepEqual([expressions.length, refused.length], [216, 14]);
    for (const expression of refused) match(expression, /histogram_share\(/);
  });
});

test('experimental parts are refused unless they are allowed', () => {
  const cases: readonly [text: string, message: string][] = [
    ['info(x)', '1:1: parse error: function "info" is not enabled'],
    [
      'limitk(1, x)',
      '1:1: parse error: limitk() is experimental and must be enabled with --enable-feature=promql-experimental-functions',
    ],
    ['x[5m * 2]', '1:3: parse error: experimental duration expression is not enabled'],
    ['x offset -step()', '1:10: parse error: experimental duration expression is not enabled'],
    ['x[5m] anchored', '1:1: parse error: anchored modifier is experimental and not enabled'],
    ['x + fill(0) y', '1:1: parse error: binop fill modifiers are experimental and not enabled'],
  ];
  for (const [text, message] of cases) {
    equal(faultOf(text)?.message, message);
    equal(faultOf(text, everything), undefined);
  }
});

test('positions in messages count lines, and bytes in them', () => {
  equal(faultOf('"ä☺" +\n"☺" + foo bar')?.message, '2:13: parse error: unexpected identifier "bar"');
  deepEqual(faultOf('"ä☺" +\n"☺" + foo bar')?.faults[0]?.range, { start: 17, end: 20 });
});

test('signs, powers and modifiers bind as in Prometheus', () => {
  /** The shape of an expression, with all parentheses. */
  const shape = (expression: Expression): string => {
    switch (expression.kind) {
      case 'binary':
        return `(${shape(expression.left)} ${expression.operator} ${shape(expression.right)})`;
      case 'unary':
        return `(${expression.operator}${shape(expression.operand)})`;
      case 'number':
        return String(expression.value);
      case 'vector-selector':
        return `${expression.name}${expression.offset === 0 ? '' : `@${String(expression.offset)}`}`;
      default:
        return expression.kind;
    }
  };
  const cases: readonly [text: string, shape: string][] = [
    ['-1 ^ 2', '(-(1 ^ 2))'],
    ['-1 * 2', '(-1 * 2)'],
    ['-a ^ b * c', '((-(a ^ b)) * c)'],
    ['a ^ -b ^ c * d', '((a ^ (-(b ^ c))) * d)'],
    ['a ^ b ^ c', '(a ^ (b ^ c))'],
    ['a - b - c', '((a - b) - c)'],
    ['-a offset 5m', '(-a@300000)'],
    ['a offset 5m + b', '(a@300000 + b)'],
    ['a offset -5m ^ b', '(a@-300000 ^ b)'],
    ['a or b and c == d + e * f', '(a or (b and (c == (d + (e * f)))))'],
    ['and and or or unless', '((and and or) or unless)'],
    ['a atan2 b * c', '((a atan2 b) * c)'],
  ];
  for (const [text, expected] of cases) equal(shape(parseExpression(text)), expected);
});

test('strings have the escapes of Go, and bytes that are no UTF-8 stay apart', () => {
  const cases: readonly [text: string, value: string][] = [
    [String.raw`"\a\b\f\n\r\t\v\\\"'"`, '\u0007\b\f\n\r\t\v\\"\''],
    [String.raw`'\'"'`, '\'"'],
    [String.raw`"\x41\101\u00e9\U0001F600"`, 'AA\u00e9\u{1F600}'],
    [String.raw`"\xe2\x98\xba"`, '☺'],
    [String.raw`"a\xffb"`, 'a\udcffb'],
    ['`\\n"\'\n`', '\\n"\'\n'],
  ];
  for (const [text, value] of cases) {
    const expression = parseExpression(text);
    equal(expression.kind === 'string' && expression.value, value);
  }
});

test('numbers are integers of 64 bits, floats, or durations in seconds', () => {
  const cases: readonly [text: string, value: number][] = [
    ['0x1F', 31],
    ['0755', 493],
    ['0_7', 7],
    ['08', 8],
    ['1_000.5', 1000.5],
    ['1.', 1],
    ['.5e-3', 0.0005],
    ['9223372036854775807', 2 ** 63],
    ['99999999999999999999', 1e20],
    ['1h30m', 5400],
    ['1001ms', 1.001],
    ['inF', Number.POSITIVE_INFINITY],
    ['-0', -0],
  ];
  for (const [text, value] of cases) {
    const expression = parseExpression(text);
    equal(Object.is(expression.kind === 'number' && expression.value, value), true, text);
  }
});

test('what is nested too deeply is refused, and nothing overflows the stack', () => {
  const nest = (open: string, close: string, count: number): string =>
    `${open.repeat(count)}x${close.repeat(count)}`;
  const nested: readonly ((count: number) => string)[] = [
    (count) => nest('(', ')', count),
    (count) => nest('abs(', ')', count),
    (count) => nest('sum by (a) (', ')', count),
    (count) => nest('-', '', count),
    (count) => nest('1 ^ ', '', count),
    (count) => `x[${'('.repeat(count)}5m${')'.repeat(count)}]`,
    (count) => `x[${'-'.repeat(count)}5m]`,
  ];
  for (const text of nested) {
    for (const count of [501, 50_000]) {
      equal(
        faultOf(text(count), everything)?.faults[0]?.message,
        'expression is nested too deeply: more than 500 levels',
      );
    }
  }
  equal(faultOf(nest('abs(', ')', 450)), undefined);
});

test('long rows of operations do not overflow the stack, but are refused', () => {
  equal(faultOf(`x${' or x'.repeat(900)}`), undefined);
  equal(faultOf(`x${'[5m:]'.repeat(20_000)}`)?.faultCount, 19_999);
  const message = 'expression is too complex: 20001 expressions within each other, at most 1000';
  equal(faultOf(`x${' or x'.repeat(20_000)}`)?.faults[0]?.message, message);
});

test('a long text is refused before it is read', () => {
  throws(() => parseExpression(' '.repeat(1_000_001)), {
    message: '1:1: parse error: expression is too long: 1000001 characters, at most 1000000',
  });
});

test('any text parses or is refused, in time', () => {
  const word = fc.constantFrom(
    'sum',
    'by',
    'on',
    'offset',
    'bool',
    'rate',
    'foo',
    'a:b',
    '5m',
    '1',
    '0x',
    '"s"',
    "'",
    '`',
    '#',
    '\n',
    ' ',
    '(',
    ')',
    '{',
    '}',
    '[',
    ']',
    ':',
    ',',
    '=',
    '=~',
    '!',
    '<',
    '>/',
    '+',
    '-',
    '^',
    '@',
    'start',
    'step()',
    '\ud800',
  );
  const text = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 60 }),
    fc.array(word, { maxLength: 30 }).map((words) => words.join('')),
  );
  fc.assert(
    fc.property(text, (input) => {
      const ranges = faultOf(input, everything)?.faults.map(({ range }) => range) ?? [];
      return ranges.every(({ start, end }) => start >= 0 && end <= input.length);
    }),
    { numRuns: 500 },
  );
});
