import { equal } from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  type Expression,
  formatExpression,
  type ParserOptions,
  parseExpression,
  printExpression,
} from '../src/index.ts';
import { corporaAbsent, parserCases, ruleExpressions, scriptQueries } from './corpora.ts';

const everything: ParserOptions = {
  experimentalFunctions: true,
  durationExpressions: true,
  extendedRangeSelectors: true,
  fillModifiers: true,
};

/** An expression without what its text decides alone: ranges, and the order in which matchers are written. */
function meaning(expression: Expression): string {
  return JSON.stringify(expression, (key, value: unknown) => {
    if (key === 'range') return undefined;
    if (typeof value === 'number' && !Number.isFinite(value)) return String(value);
    return key === 'matchers' && Array.isArray(value) ? value.map(String).sort() : value;
  });
}

test('what is printed parses to an equal expression', { skip: corporaAbsent }, () => {
  const texts = [
    ...ruleExpressions('alert-rules'),
    ...ruleExpressions('slo').filter((text) => !text.includes('histogram_share')),
    ...scriptQueries(),
    ...parserCases('parse-expressions').flatMap(({ input, ok }) => (ok ? [input] : [])),
  ];
  for (const text of texts) {
    const expression = parseExpression(text, everything);
    for (const printed of [printExpression(expression), formatExpression(expression)]) {
      equal(meaning(parseExpression(printed, everything)), meaning(expression), `${text}\n${printed}`);
    }
  }
  equal(texts.length, 949 + 202 + 1861 + 208);
});

test('texts that are made up print and parse to an equal expression', () => {
  const { expression: arbitrary } = fc.letrec<{ operand: string; expression: string }>((tie) => {
    const vector = fc.constantFrom(
      'a',
      '{"b.c"}',
      'x{y!~"z|"}',
      'a:b offset -5m',
      'x @ end()',
      '{__name__=~"a.+"}',
      'min',
    );
    const scalar = fc.constantFrom('1', '-0x1f', '1001ms', 'Inf', '1e300', 'time()', '.5');
    const window = fc.constantFrom('5m', '1.5', '5m*2', '-step()+1h', '(3)', 'max_of(1m, range())', '2^-3');
    return {
      operand: fc.oneof(
        vector,
        window.map((range) => `sum(rate(a{b="c"}[${range}]))`),
        fc.tuple(tie('expression'), window).map(([inner, range]) => `max_over_time((${inner})[${range}:])`),
        tie('expression').map((inner) => `(${inner})`),
        tie('expression').map((inner) => `-(${inner})`),
        fc.tuple(scalar, tie('operand')).map(([k, inner]) => `topk(${k}, ${inner}) by ("ä", on)`),
      ),
      expression: fc.oneof(
        tie('operand'),
        fc
          .tuple(tie('operand'), fc.constantFrom('+', '^', '== bool', '> ', 'atan2', '</'), scalar)
          .map((parts) => parts.join(' ')),
        fc
          .tuple(
            tie('operand'),
            fc.constantFrom('and', 'or ignoring(a)', '* on(b) group_left(c)', '- fill(-1)'),
            tie('operand'),
          )
          .map((parts) => parts.join(' ')),
      ),
    };
  });
  fc.assert(
    fc.property(arbitrary, (text) => {
      const expression = parseExpression(text, everything);
      const printed = printExpression(expression);
      equal(meaning(parseExpression(printed, everything)), meaning(expression), printed);
      equal(printExpression(parseExpression(printed, everything)), printed);
    }),
  );
});

test('expressions print as Prometheus prints them', () => {
  const cases: readonly [text: string, printed: string][] = [
    ['sum by() (x)', 'sum(x)'],
    ['sum without() (x)', 'sum without () (x)'],
    ['topk(3, x) by (job, "ä")', 'topk by (job, "ä") (3, x)'],
    ['a-ignoring() c', 'a - c'],
    ['a - ignoring() group_left c', 'a - ignoring () group_left () c'],
    ['a + on(b) group_left fill(-23) c', 'a + on (b) group_left () fill (-23) c'],
    ['a + fill_left(1e6) fill_right(5m) b', 'a + fill_left (1e+06) fill_right (300) b'],
    ['1 + on() 2', '1 + 2'],
    ['up>bool 0', 'up > bool 0'],
    ['a{c="d",b!="e"}[300s] offset 60', 'a{b!="e",c="d"}[5m] offset 1m'],
    ['a offset -7m @ 10', 'a @ 10.000 offset -7m'],
    ['a{b="c"}[5m] @ start() offset 1m smoothed', 'a{b="c"}[5m] smoothed @ start() offset 1m'],
    ['a @ start() anchored offset 5m', 'a @ start() anchored offset 5m'],
    ['{"a.b"="c", "_0"="1", "x"}', '{"a.b"="c",_0="1",__name__="x"}'],
    ['{__name__="", a="x"}', '{__name__="",a="x"}'],
    ['(a)[1h:5m] offset 1w', '(a)[1h:5m] offset 1w'],
    ['1e3', '1000'],
    ['0x1f', '31'],
    ['90m', '1h30m'],
    ["'it\\'s \"\\xff'", '"it\'s \\"\\xff"'],
    ['foo offset +(5)', 'foo offset (5)'],
    ['foo offset -min_of(10s, +max_of(step() ^ 2, 2))', 'foo offset -min_of(10s, max_of(step() ^ 2, 2))'],
    ['foo[200-min_of(-step()^+step(),1)]', 'foo[200 - min_of(-step() ^ step(), 1)]'],
    ['foo[-(step())]', 'foo[-(step())]'],
    ['foo[(5m):(1m)]', 'foo[(5m):(1m)]'],
  ];
  for (const [text, printed] of cases) equal(printExpression(parseExpression(text, everything)), printed);
});

test('long expressions go over lines of at most 100 bytes', () => {
  const text =
    'label_replace(sum by (job) (rate(http_requests_total{job="api", status=~"5.."}[5m])) / ignoring(status) ' +
    '(sum by (job) (rate(http_requests_total{job="api"}[5m])) + topk(5, rate(other_requests_total{instance="0"}[5m]))), "a", "b", "c", "d")';
  equal(
    formatExpression(parseExpression(text)),
    `label_replace(
    sum by (job) (rate(http_requests_total{job="api",status=~"5.."}[5m]))
  / ignoring (status)
    (
        sum by (job) (rate(http_requests_total{job="api"}[5m]))
      +
        topk(5, rate(other_requests_total{instance="0"}[5m]))
    ),
  "a",
  "b",
  "c",
  "d"
)`,
  );
  equal(formatExpression(parseExpression('sum(a)')), 'sum(a)');
});
