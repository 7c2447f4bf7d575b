import type { Labels } from '../labels/labels.ts';
import type { Matcher } from '../labels/matcher.ts';
import type { SampleBuffer } from './sample-buffer.ts';

/** What a query needs of the series that match. */
export interface Selection {
  readonly matchers: readonly Matcher[];
  /** First and last instant that can matter, both included, in milliseconds since the epoch. */
  readonly startMs: number;
  readonly endMs: number;
  /** What is done with the samples; a source may send less when it knows that the result is the same. */
  readonly hints?: SelectionHints;
}

/** What is known about the use of the samples. */
export interface SelectionHints {
  /** Distance of the steps; 0 for an instant query. */
  readonly stepMs: number;
  /** Length of the window; 0 for the last sample before each step. */
  readonly rangeMs: number;
  /** The innermost function or aggregation around the selector. */
  readonly func?: string;
  readonly grouping?: readonly string[];
  readonly by?: boolean;
}

/** A series that was selected. Its samples are read later, or not at all. */
export interface SelectedSeries {
  readonly labels: Labels;
  /** Adds the samples of the selection to an empty buffer. @throws when the source fails. */
  read(buffer: SampleBuffer): void;
}

/** Where a query reads from: a database, another server, the data of a test. */
export interface Queryable {
  /** The series that match and have samples in the time asked for, once each, in any order. */
  select(
    selection: Selection,
    signal?: AbortSignal,
  ): Promise<readonly SelectedSeries[]> | readonly SelectedSeries[];
}
