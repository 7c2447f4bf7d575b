import { deepEqual, equal, match } from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Labels, SampleBuffer } from '@plinth/prometheus-model';
import { Engine } from '@plinth/promql';
import { backtest } from '../src/backtest.ts';
import { RuleGroup, readRuleFile, vectorOf } from '../src/index.ts';
import type { RuleEvaluator } from '../src/rule-group.ts';
import { SeriesMemory } from '../src/series-memory.ts';

const minute = 60_000;

/** Rules over series in memory, on a clock that the test moves. */
class World {
  readonly series = new SeriesMemory();
  readonly evaluator: RuleEvaluator;
  readonly notified: string[] = [];
  readonly #engine = new Engine();

  constructor() {
    this.evaluator = {
      query: async (text, timeMs) => vectorOf((await this.#engine.instant(this.series, text, timeMs)).value),
      externalLabels: {},
      externalUrl: '',
      sink: this.series,
      monotonic: () => 0,
      notify: (rule, timeMs) => this.notified.push(`${rule.spec.name} ${timeMs / minute} ${rule.state}`),
    };
  }

  set(name: string, labels: Record<string, string>, timeMs: number, value: number | 'stale'): void {
    this.series.append(Labels.of({ __name__: name, ...labels }), timeMs, value);
  }

  /** The values of an expression, by its labels. */
  async values(text: string, timeMs: number): Promise<Record<string, number>> {
    const found = await this.evaluator.query(text, timeMs);
    return Object.fromEntries(found.map(({ labels, value }) => [labels.toString(), value]));
  }
}

function groupOf(yaml: string, isRestored = true): RuleGroup {
  const [spec] = readRuleFile(yaml, 'test.yml');
  if (!spec) throw new Error('the file has no group');
  return new RuleGroup(spec, { intervalMs: minute, isRestored });
}

describe('groups of rules', () => {
  test('rules see what those before them gave in the same cycle, and ALERTS', async () => {
    const world = new World();
    const group = groupOf(`
groups:
- name: g
  labels: {team: core, from: group}
  rules:
  - {record: 'job:up:sum', expr: 'sum by (job) (up)', labels: {from: rule}}
  - {alert: Low, expr: 'job:up:sum < 2', labels: {severity: 'p{{ $value }}'}, annotations: {text: '{{ $labels.job }} of {{ .Value }}'}}
  - {record: firing, expr: 'count(ALERTS{alertstate="firing"})'}
`);
    world.set('up', { job: 'a', instance: '1' }, 0, 1);
    await group.evaluate(world.evaluator, 0);
    deepEqual(await world.values('{__name__=~"job.*|firing|ALERTS.*"}', 0), {
      '{__name__="job:up:sum", from="rule", job="a", team="core"}': 1,
      '{__name__="ALERTS", alertname="Low", alertstate="firing", from="group", job="a", severity="p1", team="core"}': 1,
      '{__name__="ALERTS_FOR_STATE", alertname="Low", from="group", job="a", severity="p1", team="core"}': 0,
      '{__name__="firing", from="group", team="core"}': 1,
    });
    const [alert] = group.alertingRules[0]?.alerts ?? [];
    deepEqual(alert?.annotations, { text: 'a of 1' });
    deepEqual(
      group.rules.map(({ health }) => health),
      ['ok', 'ok', 'ok'],
    );
  });

  test('for and keep_firing_for', async () => {
    const world = new World();
    const group = groupOf(`
groups:
- name: g
  rules:
  - {alert: Down, expr: 'up == 0', for: 2m, keep_firing_for: 2m}
`);
    const states: string[] = [];
    for (let i = 0; i <= 24; i++) {
      world.set('up', {}, i * minute, i >= 1 && i <= 4 ? 0 : 1);
      await group.evaluate(world.evaluator, i * minute);
      states.push(group.alertingRules[0]?.alerts[0]?.state ?? '-');
    }
    const expected = [
      '-',
      'pending',
      'pending',
      'firing',
      'firing',
      'firing',
      'firing',
      ...Array<string>(16).fill('inactive'),
      '-',
      '-',
    ];
    deepEqual(states, expected);
    equal(Object.keys(await world.values('ALERTS', 6 * minute)).length, 1);
    deepEqual(await world.values('ALERTS', 7 * minute), {}, 'the series has ended');
  });

  test('series that are not given again end, also those of rules that are gone', async () => {
    const world = new World();
    const yaml = (rules: string): string => `groups: [{name: g, rules: [${rules}]}]`;
    const a = '{record: a, expr: x}';
    const b = '{record: b, expr: "x * 2"}';
    const before = groupOf(yaml(`${a}, ${b}`));
    world.set('x', { i: '1' }, 0, 1);
    world.set('x', { i: '2' }, 0, 1);
    await before.evaluate(world.evaluator, 0);
    equal(Object.keys(await world.values('{__name__=~"a|b"}', 0)).length, 4);
    const after = groupOf(yaml(a));
    after.takeOver(before);
    world.set('x', { i: '1' }, minute, 1);
    world.set('x', { i: '2' }, minute, 'stale');
    await after.evaluate(world.evaluator, minute);
    deepEqual(await world.values('{__name__=~"a|b"}', minute), { '{__name__="a", i="1"}': 1 });
    await after.close(world.series, 2 * minute);
    deepEqual(await world.values('a', 2 * minute), {});
  });

  test('limits, duplicates and failures are told at the rule, and keep no other from being evaluated', async () => {
    const world = new World();
    const group = groupOf(`
groups:
- name: g
  limit: 1
  rules:
  - {record: a, expr: x}
  - {alert: B, expr: x}
  - {record: c, expr: 'x{i="1"}', labels: {i: ''}}
  - {record: d, expr: 'label_replace(x, "i", "same", "", "")'}
  - {alert: E, expr: 'x', labels: {i: same}}
  - {record: f, expr: 'x + on () x'}
  - {record: g, expr: 'vector(1)'}
`);
    world.set('x', { i: '1' }, 0, 1);
    world.set('x', { i: '2' }, 0, 2);
    await group.evaluate(world.evaluator, 0);
    const errors = group.rules.map(({ lastError }) => lastError ?? '');
    equal(errors[0], 'exceeded limit of 1 with 2 series');
    equal(errors[1], 'exceeded limit of 1 with 2 alerts');
    equal(errors[2], '');
    match(errors[3] ?? '', /same labelset/);
    equal(errors[4], 'vector contains metrics with the same labelset after applying alert labels');
    match(errors[5] ?? '', /many-to-many matching not allowed/);
    equal(errors[6], '');
  });

  test('a restart keeps since when an alert is active', async () => {
    const world = new World();
    const yaml = `groups: [{name: g, rules: [{alert: Slow, expr: 'x > 0', for: 60m, labels: {a: b, t: '{{ $value }}'}}, {alert: Quick, expr: 'x > 0', for: 1m}]}]`;
    const first = groupOf(yaml);
    for (let i = 0; i <= 40; i++) {
      world.set('x', {}, i * minute, 1);
      await first.evaluate(world.evaluator, i * minute);
    }
    // Down for five minutes: 20 minutes are left, more than the grace period.
    const again = groupOf(yaml, false);
    const now = 45 * minute;
    world.set('x', {}, now, 1);
    await again.evaluate(world.evaluator, now);
    equal(
      Object.keys(await world.values('ALERTS{alertname="Slow"}', now)).length,
      0,
      'nothing is written before what was is known',
    );
    const selectors: string[] = [];
    await again.restore(
      (selector) => {
        selectors.push(selector);
        const labels = Labels.of({ __name__: 'ALERTS_FOR_STATE', alertname: 'Slow', a: 'b', t: '1' });
        return Promise.resolve([{ labels, timestampMs: 40 * minute, activeAtMs: 0 }]);
      },
      now,
      10 * minute,
    );
    deepEqual(selectors, ['{__name__="ALERTS_FOR_STATE", a="b", alertname="Slow"}']);
    const [slow, quick] = again.alertingRules;
    deepEqual([slow?.alerts[0]?.activeAtMs, quick?.alerts[0]?.activeAtMs], [5 * minute, now]);
  });

  test('an alert that had almost fired waits for the grace period again', async () => {
    const world = new World();
    const group = groupOf(`groups: [{name: g, rules: [{alert: Slow, expr: 'x', for: 60m}]}]`, false);
    world.set('x', {}, 60 * minute, 1);
    await group.evaluate(world.evaluator, 60 * minute);
    const labels = Labels.of({ alertname: 'Slow' });
    const state = { labels, timestampMs: 58 * minute, activeAtMs: 0 };
    await group.restore(() => Promise.resolve([state]), 60 * minute, 10 * minute);
    equal(group.alertingRules[0]?.alerts[0]?.activeAtMs, 10 * minute);
  });

  test('faults of a file are told with their places', () => {
    const yaml = `groups:
- name: a
  interval: 5x
  rules:
  - record: 'x{y}'
    expr: sum(
  - alert: B
    expr: up
    labels: {__name__: x}
    annotations: {text: '{{ nope }}'}
    severity: page
- name: a
  rules:
  - expr: '1'
`;
    let message = '';
    try {
      readRuleFile(yaml, 'rules.yml');
    } catch (error) {
      message = String(error);
    }
    deepEqual(
      message.split('\n').map((line) => line.replace(/^RuleFileError: /, '')),
      [
        'rules.yml: 3:13: unknown unit "x" in duration "5x"',
        'rules.yml: 6:11: group "a", rule 1, "x{y}": could not parse expression: 1:5: parse error: unclosed left parenthesis',
        'rules.yml: 5:13: group "a", rule 1, "x{y}": braces present in the recording rule name; should it be in expr?: x{y}',
        'rules.yml: 11:15: field severity not found; known are alert, annotations, expr, for, keep_firing_for, labels, record',
        'rules.yml: 9:24: group "a", rule 2, "B": invalid label name: __name__',
        'rules.yml: 10:25: group "a", rule 2, "B": annotation "text": template: __alert_B:1: function "nope" not defined',
        'rules.yml: 12:3: groupname: "a" is repeated in the same file',
        `rules.yml: 14:5: group "a", rule 1, "": one of 'record' or 'alert' must be set`,
      ],
    );
  });
});

describe('backtests', () => {
  test('give what evaluating the rules at each instant gives', async () => {
    const yaml = `
groups:
- name: g
  interval: 1m
  rules:
  - {record: 'errors:ratio', expr: 'rate(errors[5m]) / rate(requests[5m])'}
  - {alert: Errors, expr: 'errors:ratio > 0.2', for: 3m, keep_firing_for: 2m, annotations: {text: '{{ $value | humanizePercentage }}'}}
  - {alert: Brief, expr: 'errors:ratio > 0.2', for: 30m}
`;
    const world = new World();
    const history = new SeriesMemory();
    let errors = 0;
    const end = 600;
    for (let i = 0; i <= end; i++) {
      errors += (i > 100 && i < 130) || (i > 400 && i < 404) ? 30 : 1;
      for (const target of [world.series, history]) {
        target.append(Labels.of({ __name__: 'requests', i: 'a' }), i * minute, i * 60);
        target.append(Labels.of({ __name__: 'errors', i: 'a' }), i * minute, errors);
      }
    }
    const group = groupOf(yaml);
    const lived: string[] = [];
    let was = false;
    for (let i = 0; i <= end; i++) {
      await group.evaluate(world.evaluator, i * minute);
      const is = group.alertingRules[0]?.alerts.some(({ state }) => state === 'firing') === true;
      if (is !== was) lived.push(`${is ? 'fires' : 'ends'} ${i}`);
      was = is;
    }
    const { firings, rules } = await backtest(readRuleFile(yaml, 'r.yml'), {
      engine: new Engine(),
      source: history,
      startMs: 0,
      endMs: end * minute,
      intervalMs: minute,
    });
    const replayed = firings.flatMap(({ startsAtMs, endsAtMs }) => [
      `fires ${startsAtMs / minute}`,
      `ends ${(endsAtMs ?? 0) / minute}`,
    ]);
    deepEqual(replayed, lived);
    equal(lived.length > 0, true);
    match(firings[0]?.annotations['text'] ?? '', /^\d+(\.\d+)?%$/);
    deepEqual(
      rules.map(({ rule, evaluations, pendingOnly, problem }) => [rule, evaluations, pendingOnly, problem]),
      [
        ['errors:ratio', 601, 0, undefined],
        ['Errors', 601, 0, undefined],
        ['Brief', 601, 2, undefined],
      ],
    );
    const buffer = new SampleBuffer();
    for (const series of history.select({ matchers: [], startMs: 0, endMs: 1e12 })) series.read(buffer);
    equal(buffer.count, 2 * (end + 1), 'nothing is written to the history');
  });
});
