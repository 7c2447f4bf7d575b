import { Labels, metricNameLabel } from '@plinth/prometheus-model';
import { absent, type Column } from './column.ts';
import type { Evaluator, Sink } from './evaluator.ts';
import { mergeEqualSeries } from './merge.ts';
import type { InfoSelector, PlannedCall } from './plan.ts';
import { refuse } from './query-error.ts';
import type { Scope } from './scope.ts';
import { readSeries } from './series-reading.ts';
import { Lookup } from './vector-selector.ts';

/** The labels that say which info series describes a series. */
const identifyingLabels: ReadonlySet<string> = new Set(['instance', 'job']);

/** Info series of one name and one instance, and when their samples at each step were taken; NaN where there is none. */
interface Candidate {
  readonly labels: Labels;
  readonly timesMs: Float64Array;
}

/** `info`: adds labels of info series to the series they describe. Spec: Prometheus 3.14, promql/info.go. */
export function streamInfo(evaluator: Evaluator, node: PlannedCall, scope: Scope, sink: Sink): void {
  const [argument] = node.arguments;
  const { info } = node;
  if (!argument || !info) throw new TypeError('info has no series to enrich');
  const { memory } = evaluator.settings;
  const before = memory.current;
  const columns = evaluator.collect(argument, scope);
  const enriched = columns.filter(({ labels }) => !isInfoSeries(labels, info));
  const candidates = readCandidates(evaluator, info, enriched, scope);
  memory.reset(before, 0);
  const results = columns.flatMap((column) =>
    isInfoSeries(column.labels, info) ? [column] : enrich(column, candidates, info, scope),
  );
  const distinct = mergeEqualSeries(results);
  for (const column of distinct) evaluator.emit(column, scope, sink);
}

/** Info series are not enriched themselves. */
function isInfoSeries(labels: Labels, { nameMatchers }: InfoSelector): boolean {
  return nameMatchers.every((matcher) => matcher.matches(labels.metricName));
}

/** Candidates by name, and by what identifies them. */
type Candidates = ReadonlyMap<string, ReadonlyMap<string, readonly Candidate[]>>;

function readCandidates(
  evaluator: Evaluator,
  { selector }: InfoSelector,
  columns: readonly Column[],
  scope: Scope,
): Candidates {
  const wanted = new Map<string, ReadonlySet<string>>();
  for (const name of identifyingLabels) {
    const values = columns.map(({ labels }) => labels.get(name)).filter((value) => value !== '');
    if (values.length > 0) wanted.set(name, new Set(values));
  }
  const byName = new Map<string, Map<string, Candidate[]>>();
  if (wanted.size === 0) return byName;
  const lookup = new Lookup(selector, scope, evaluator.settings.lookbackMs);
  const { buffer } = evaluator;
  for (const series of selector.series) {
    const { labels } = series;
    if (![...wanted].every(([name, values]) => values.has(labels.get(name)))) continue;
    readSeries(evaluator, selector, series);
    const timesMs = new Float64Array(scope.steps.count).fill(Number.NaN);
    lookup.forEach(
      buffer,
      (step, index) => {
        timesMs[step] = buffer.timestamps[index] ?? 0;
        scope.usage.add(step, 1);
      },
      () => refuse(`this should be an info metric, with float samples: ${labels.toString()}`),
    );
    const ofName = byName.get(labels.metricName) ?? new Map<string, Candidate[]>();
    const { key } = labels.keep(identifyingLabels);
    ofName.set(key, [...(ofName.get(key) ?? []), { labels, timesMs }]);
    byName.set(labels.metricName, ofName);
  }
  return byName;
}

/** The series that a series becomes: one for each set of labels that it has at some step. */
function enrich(column: Column, candidates: Candidates, info: InfoSelector, scope: Scope): readonly Column[] {
  const { key } = column.labels.keep(identifyingLabels);
  const matching = [...candidates.values()].flatMap((ofName) => {
    const found = ofName.get(key);
    return found ? [found] : [];
  });
  const results = new Map<string, Column>();
  const needsInfo = [...info.labelMatchers.values()].some((matchers) =>
    matchers.some((matcher) => !matcher.matchesEmpty),
  );
  for (let step = 0; step < column.steps; step++) {
    if (column.kinds[step] === absent) continue;
    const current = matching.flatMap((ofName) => newest(ofName, step) ?? []);
    if (current.length === 0 && needsInfo) continue;
    const labels = enrichedLabels(column.labels, current, info);
    const result = results.get(labels.key) ?? scope.columns.take();
    result.labels = labels;
    result.dropsName = column.dropsName;
    result.copyStep(step, column, step);
    results.set(labels.key, result);
  }
  return [...results.values()];
}

/** Of several series with one name and instance the one with the last sample. @throws QueryError when two have the same time. */
function newest(candidates: readonly Candidate[], step: number): Labels | undefined {
  let best: Candidate | undefined;
  for (const candidate of candidates) {
    const timeMs = candidate.timesMs[step] ?? Number.NaN;
    if (Number.isNaN(timeMs)) continue;
    const bestMs = best?.timesMs[step] ?? Number.NEGATIVE_INFINITY;
    if (best && timeMs === bestMs) {
      refuse(
        `found duplicate series for info metric: existing ${best.labels.toString()} @ ${bestMs}, new ${candidate.labels.toString()} @ ${timeMs}`,
      );
    }
    if (timeMs > bestMs) best = candidate;
  }
  return best?.labels;
}

function enrichedLabels(base: Labels, infos: readonly Labels[], { labelMatchers }: InfoSelector): Labels {
  const added = new Map<string, string>();
  for (const labels of infos) {
    for (const { name, value } of labels) {
      if (name === metricNameLabel) continue;
      if (labelMatchers.size > 0 && !labelMatchers.has(name)) continue;
      const other = added.get(name);
      if (other !== undefined && other !== value) refuse(`conflicting label: ${name}`);
      if (!base.has(name)) added.set(name, value);
    }
  }
  if (added.size === 0) return base;
  const all = [...base].map(({ name, value }) => [name, value] as const);
  return Labels.from([...all, ...added]);
}
