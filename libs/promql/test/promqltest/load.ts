import { parseFloatGo } from '@plinth/go-format';
import {
  type CumulativeBucket,
  classicPart,
  fromClassicHistogram,
  type Labels,
  metricNameLabel,
} from '@plinth/prometheus-model';
import type { MemoryStorage } from './memory-storage.ts';
import type { LoadCommand } from './script.ts';

export function load(command: LoadCommand, storage: MemoryStorage): void {
  // Of several definitions of a series in one command, the last one counts.
  const series = new Map(command.series.map((entry) => [entry.labels.key, entry]));
  for (const { labels, samples, starts } of series.values()) {
    for (const [i, sample] of samples.entries()) {
      const timeMs = i * command.stepMs;
      const start = starts?.[i];
      const startMs = start === undefined ? 0 : timeMs + start;
      if (sample.kind === 'omitted') continue;
      const value =
        sample.kind === 'stale' ? sample.kind : sample.kind === 'float' ? sample.value : sample.histogram;
      storage.append(labels, { timeMs, startMs, value });
    }
  }
  if (command.withNative) loadNative(command, storage);
}

/** Adds to each classic histogram the native one with the same bounds. */
function loadNative(command: LoadCommand, storage: MemoryStorage): void {
  for (const { labels, byTime } of classicHistograms(command).values()) {
    for (const timeMs of [...byTime.keys()].sort((one, other) => one - other)) {
      const classic = byTime.get(timeMs);
      const native = classic && fromClassicHistogram(classic);
      if (!native) continue;
      if ('problem' in native) throw new Error(`${labels} at ${timeMs}: ${native.problem}`);
      storage.append(labels, { timeMs, startMs: 0, value: native.histogram });
    }
  }
}

/** The parts of a classic histogram at one time. */
interface Parts {
  readonly buckets: CumulativeBucket[];
  count: number | undefined;
  sum: number;
}

function classicHistograms(
  command: LoadCommand,
): ReadonlyMap<string, { labels: Labels; byTime: Map<number, Parts> }> {
  const byLabels = new Map<string, { labels: Labels; byTime: Map<number, Parts> }>();
  for (const { labels, samples } of command.series) {
    const name = classicPart(labels.metricName);
    const upperBound = name?.part === 'bucket' ? parseFloatGo(labels.get('le')) : 0;
    if (!name || Number.isNaN(upperBound)) continue;
    const base = labels.with({ [metricNameLabel]: name.base, le: '' });
    const entry = byLabels.get(base.key) ?? { labels: base, byTime: new Map<number, Parts>() };
    byLabels.set(base.key, entry);
    for (const [i, sample] of samples.entries()) {
      if (sample.kind !== 'float') continue;
      const timeMs = i * command.stepMs;
      const parts = entry.byTime.get(timeMs) ?? { buckets: [], count: undefined, sum: 0 };
      entry.byTime.set(timeMs, parts);
      if (name.part === 'bucket') parts.buckets.push({ upperBound, count: sample.value });
      else if (name.part === 'count') parts.count = sample.value;
      else parts.sum = sample.value;
    }
  }
  return byLabels;
}
