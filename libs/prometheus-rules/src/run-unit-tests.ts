import { formatSampleValue, quote } from '@plinth/go-format';
import { type FloatHistogram, formatDuration, type Labels } from '@plinth/prometheus-model';
import { Engine, ParseError, QueryError } from '@plinth/promql';
import { RuleGroup } from './rule-group.ts';
import type { RuleGroupSpec } from './rule-spec.ts';
import { SeriesMemory } from './series-memory.ts';
import type { AlertTest, ExpressionTest, UnitTest, UnitTestFile } from './unit-test-file.ts';
import { type QueryFunction, type VectorSample, vectorOf } from './vector.ts';

/** What became of one test of a file. */
export interface UnitTestOutcome {
  readonly name: string;
  /** What is not as expected, in the form of promtool; none: it passes. */
  readonly failures: readonly string[];
}

/**
 * Runs the unit tests of a file over rules. Spec: Prometheus 3.14, cmd/promtool/unittest.go.
 *
 * @param groups - of all rule files of the test file
 */
export async function runUnitTests(
  file: UnitTestFile,
  groups: readonly RuleGroupSpec[],
): Promise<readonly UnitTestOutcome[]> {
  const outcomes: UnitTestOutcome[] = [];
  for (const test of file.tests) {
    outcomes.push({ name: test.name, failures: await new UnitTestRun(file, test, groups).run() });
  }
  return outcomes;
}

class UnitTestRun {
  readonly #file: UnitTestFile;
  readonly #test: UnitTest;
  readonly #groups: readonly RuleGroup[];
  readonly #engine: Engine;
  readonly #series = new SeriesMemory();
  readonly #failures: string[] = [];
  /** How much of the input has been written. */
  readonly #written: number[];

  constructor(file: UnitTestFile, test: UnitTest, groups: readonly RuleGroupSpec[]) {
    this.#file = file;
    this.#test = test;
    this.#engine = new Engine({
      subqueryStepMs: () => file.evaluationIntervalMs,
      delaysNameRemoval: false,
    });
    const place = ({ name }: RuleGroup): number => Math.max(0, file.groupEvalOrder.indexOf(name));
    this.#groups = groups
      .map((group) => new RuleGroup(group, { intervalMs: test.intervalMs, isRestored: true }))
      .toSorted((a, b) => place(a) - place(b));
    this.#written = test.inputSeries.map(() => 0);
  }

  async run(): Promise<readonly string[]> {
    const { startMs, alertTests, expressionTests } = this.#test;
    const endMs =
      startMs + Math.max(0, ...[...alertTests, ...expressionTests].map(({ evalTimeMs }) => evalTimeMs));
    const step = this.#file.evaluationIntervalMs;
    for (let timeMs = startMs; timeMs <= endMs; timeMs += step) {
      this.#writeUntil(timeMs);
      if (!(await this.#evaluate(timeMs))) return this.#failures;
      for (const test of alertTests) {
        const at = test.evalTimeMs + startMs;
        if (at >= timeMs && at < timeMs + step) this.#checkAlerts(test);
      }
    }
    this.#writeUntil(endMs);
    for (const test of expressionTests) await this.#checkExpression(test);
    return this.#failures;
  }

  /** Later input must not be seen: an expression may look into the future. */
  #writeUntil(endMs: number): void {
    const { inputSeries, intervalMs, startMs } = this.#test;
    for (const [i, { labels, samples }] of inputSeries.entries()) {
      let next = this.#written[i] ?? 0;
      for (; next < samples.length && startMs + next * intervalMs <= endMs; next++) {
        const sample = samples[next];
        const timeMs = startMs + next * intervalMs;
        if (sample?.kind === 'float') this.#series.append(labels, timeMs, sample.value);
        else if (sample?.kind === 'histogram') this.#series.append(labels, timeMs, sample.histogram);
        else if (sample?.kind === 'stale') this.#series.append(labels, timeMs, 'stale');
      }
      this.#written[i] = next;
    }
  }

  readonly #query: QueryFunction = async (text, timeMs) => {
    const { value } = await this.#engine.instant(this.#series, text, timeMs);
    return vectorOf(value);
  };

  /** @returns whether all rules could be evaluated */
  async #evaluate(timeMs: number): Promise<boolean> {
    const { externalLabels, externalUrl } = this.#test;
    const evaluator = {
      query: this.#query,
      externalLabels,
      externalUrl,
      sink: this.#series,
      monotonic: () => 0,
    };
    let isFine = true;
    for (const group of this.#groups) {
      await group.evaluate(evaluator, timeMs);
      for (const { rule, lastError } of group.rules) {
        if (lastError === undefined) continue;
        const at = formatDuration(timeMs);
        this.#failures.push(`    rule: ${rule.spec.name}, time: ${at}, err: ${lastError}`);
        isFine = false;
      }
    }
    return isFine;
  }

  #checkAlerts({ alertName, evalTimeMs, expected }: AlertTest): void {
    const rules = this.#groups.flatMap(({ alertingRules }) => alertingRules);
    const firing = rules
      .filter(({ spec }) => spec.name === alertName)
      .flatMap(({ activeAlerts }) => activeAlerts)
      .filter(({ state }) => state === 'firing')
      .map(
        ({ labels, annotations }) => `Labels:${labels.toString()}\nAnnotations:${textOfRecord(annotations)}`,
      );
    const wanted = expected.map(
      ({ labels, annotations }) =>
        `Labels:${labels.toString()}\nAnnotations:${textOfRecord(annotations.toJSON())}`,
    );
    firing.sort();
    wanted.sort();
    if (JSON.stringify(firing) === JSON.stringify(wanted)) return;
    const exp = listText(wanted);
    const got = listText(firing);
    this.#failures.push(
      `    alertname: ${alertName}, time: ${formatDuration(evalTimeMs)}, \n        exp:${exp}, \n        got:${got}`,
    );
  }

  async #checkExpression({ expression, evalTimeMs, expected }: ExpressionTest): Promise<void> {
    const where = `    expr: ${quote(expression)}, time: ${formatDuration(evalTimeMs)},`;
    let found: readonly VectorSample[];
    try {
      found = await this.#query(expression, this.#test.startMs + evalTimeMs);
    } catch (error) {
      if (!(error instanceof QueryError || error instanceof ParseError || error instanceof RangeError))
        throw error;
      this.#failures.push(`${where} err: ${error.message}`);
      return;
    }
    const wanted = expected.map(({ labels, value }) => ({
      labels,
      value: value.kind === 'float' ? value.value : 0,
      ...(value.kind === 'histogram' ? { histogram: value.histogram } : {}),
    }));
    const [exp, got] = [wanted.toSorted(byLabels), found.toSorted(byLabels)];
    const isEqual = exp.length === got.length && exp.every((sample, i) => this.#isEqual(sample, got[i]));
    if (isEqual) return;
    this.#failures.push(`${where}\n        exp: ${samplesText(exp)}\n        got: ${samplesText(got)}`);
  }

  #isEqual(expected: VectorSample, found: VectorSample | undefined): boolean {
    if (!found?.labels.equals(expected.labels)) return false;
    const [a, b] = [expected.histogram, found.histogram];
    if (a || b) return histogramText(a) === histogramText(b);
    if (Object.is(expected.value, found.value) || expected.value === found.value) return true;
    return this.#file.fuzzyCompare && areNeighbours(expected.value, found.value);
  }
}

function byLabels(a: VectorSample, b: VectorSample): number {
  return a.labels.compare(b.labels);
}

/** Whether no float lies between two. */
function areNeighbours(a: number, b: number): boolean {
  const view = new DataView(new ArrayBuffer(16));
  view.setFloat64(0, a);
  view.setFloat64(8, b);
  const distance = view.getBigInt64(0) - view.getBigInt64(8);
  return distance === 1n || distance === -1n;
}

function samplesText(samples: readonly VectorSample[]): string {
  if (samples.length === 0) return 'nil';
  return samples
    .map(({ labels, value, histogram }) => {
      const shown = histogram ? histogramText(histogram) : formatSampleValue(value);
      return `${seriesText(labels)} ${shown}`;
    })
    .join(', ');
}

function histogramText(histogram: FloatHistogram | undefined): string {
  return histogram ? histogram.withCounterResetHint('unknown').toDescription() : '';
}

function seriesText(labels: Labels): string {
  return `${labels.metricName}${labels.withoutName.toString()}`;
}

function textOfRecord(record: Readonly<Record<string, string>>): string {
  const names = Object.keys(record).toSorted();
  return `{${names.map((name) => `${name}=${quote(record[name] ?? '')}`).join(', ')}}`;
}

function listText(items: readonly string[]): string {
  if (items.length === 0) return '[]';
  const indented = items.map(
    (item, i) => `\n            ${i}:\n              ${item.replaceAll('\n', '\n              ')}`,
  );
  return `[${indented.join(',')}\n            ]`;
}
