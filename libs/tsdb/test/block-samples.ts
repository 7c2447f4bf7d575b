import fs, { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import type { TestContext } from 'node:test';
import {
  FloatHistogram,
  Labels,
  type Matcher,
  SampleBuffer,
  type SelectedSeries,
} from '@plinth/prometheus-model';
import type { FileSystem } from '../src/block/file-system.ts';

/** What is at an instant: a float, a histogram by its count, or the end of the series. */
export type Point = number | { readonly histogram: number } | 'stale';

/** All that is stored, the dumb way: what each series has at each instant. */
export type Points = Map<string, { readonly labels: Labels; readonly at: Map<number, Point> }>;

export function pointsOf(
  ...series: readonly (readonly [labels: Labels, points: Iterable<readonly [number, Point]>])[]
): Points {
  return new Map(series.map(([labels, points]) => [labels.key, { labels, at: new Map(points) }]));
}

/** Adds what is not there yet: of two samples at one instant the first counts. */
export function addPoints(into: Points, more: Points): void {
  for (const [key, { labels, at }] of more) {
    const known = into.get(key) ?? { labels, at: new Map<number, Point>() };
    into.set(key, known);
    for (const [instantMs, point] of at) if (!known.at.has(instantMs)) known.at.set(instantMs, point);
  }
}

export function selectPoints(
  all: Points,
  matchers: readonly Matcher[],
  startMs: number,
  endMs: number,
): Points {
  const found: Points = new Map();
  for (const [key, { labels, at }] of all) {
    if (!matchers.every((matcher) => matcher.matches(labels.get(matcher.name)))) continue;
    const points = [...at].filter(([instantMs]) => instantMs >= startMs && instantMs <= endMs);
    if (points.length > 0) found.set(key, { labels, at: new Map(points) });
  }
  return found;
}

/** The points as a source of series, in order of labels and time. */
export function seriesOf(points: Points): SelectedSeries[] {
  return [...points.values()]
    .sort((one, other) => one.labels.compare(other.labels))
    .map(({ labels, at }) => ({
      labels,
      read(buffer) {
        for (const [instantMs, point] of [...at].sort(([one], [other]) => one - other)) {
          if (point === 'stale') buffer.pushStale(instantMs);
          else if (typeof point === 'number') buffer.push(instantMs, point);
          else buffer.pushHistogram(instantMs, histogramOf(point.histogram));
        }
      },
    }));
}

/** A histogram that is told by a number; every third one has another layout. */
function histogramOf(count: number): FloatHistogram {
  const length = 1 + (count % 3);
  return new FloatHistogram({
    counterResetHint: 'not-reset',
    schema: 2,
    zeroThreshold: 0.001,
    zeroCount: 1,
    count,
    sum: count / 4,
    positiveSpans: [{ offset: 1, length }],
    negativeSpans: [],
    positiveBuckets: Array.from({ length }, (_, i) => count + i),
    negativeBuckets: [],
    customValues: [],
  });
}

/** Reads series back to points. @throws when an instant comes twice, or out of order. */
export function readPoints(series: Iterable<SelectedSeries>): Points {
  const found: Points = new Map();
  const buffer = new SampleBuffer();
  for (const { labels, ...rest } of [...series].map((one) => ({
    labels: one.labels,
    read: one.read.bind(one),
  }))) {
    if (found.has(labels.key)) throw new Error(`${labels.toString()} was selected twice`);
    buffer.clear();
    rest.read(buffer);
    const at = new Map<number, Point>();
    const put = (instantMs: number, point: Point): void => {
      if (at.has(instantMs)) throw new Error(`${labels.toString()} has two samples at ${instantMs}`);
      at.set(instantMs, point);
    };
    for (let i = 0; i < buffer.count; i++) put(buffer.timestamps[i] ?? 0, buffer.values[i] ?? 0);
    for (const [i, { fields }] of buffer.histograms.entries()) {
      put(buffer.histogramTimestamps[i] ?? 0, { histogram: fields.count });
    }
    for (const staleMs of buffer.staleAt) put(staleMs, 'stale');
    const floats = [...buffer.timestamps.subarray(0, buffer.count)];
    for (const instants of [floats, buffer.staleAt, buffer.histogramTimestamps]) {
      if (instants.some((instant, i) => i > 0 && instant <= (instants[i - 1] ?? 0))) {
        throw new Error(`${labels.toString()} is not in order of time`);
      }
    }
    if (at.size > 0) found.set(labels.key, { labels, at });
  }
  return found;
}

/** A form that is compared: series and instants in order. */
export function plain(points: Points): unknown {
  return [...points]
    .filter(([, { at }]) => at.size > 0)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([key, { at }]) => [key, [...at].sort(([one], [other]) => one - other)]);
}

/** The real file system, without the time that the disk takes to sync. */
export const unsyncedFiles: FileSystem = { ...fs, fsyncSync: () => undefined };

const memoryDisk = '/dev/shm';

/** A directory that is removed after the test; in memory where that can be had, since thousands of files are made. */
export function temporaryDirectory(t: TestContext): string {
  const directory = mkdtempSync(`${fs.existsSync(memoryDisk) ? memoryDisk : tmpdir()}/blocks-`);
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

export const metric = (name: string, labels: Record<string, string> = {}): Labels =>
  Labels.of({ __name__: name, ...labels });
