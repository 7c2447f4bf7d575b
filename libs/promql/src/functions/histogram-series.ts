import { FloatSyntaxError, parseFloatGo } from '@plinth/go-format';
import { type FloatHistogram, type Labels } from '@plinth/prometheus-model';
import { badBucketLabel, mixedClassicNativeHistograms } from '../engine/annotation-texts.ts';
import { type Column, float } from '../engine/column.ts';
import type { FunctionCall } from './function-call.ts';
import type { ClassicBucket } from './histogram-classic.ts';
import type { AnnotationSubject } from './histogram-rate.ts';

/** The series of one histogram: one column, or the columns of the buckets of a classic histogram. */
export interface HistogramSeries {
  /** Without `le` when it is a classic histogram. */
  readonly labels: Labels;
  readonly subject: AnnotationSubject;
}

/** Is told of each histogram at each step. */
export interface HistogramVisitor {
  native(series: HistogramSeries, step: number, histogram: FloatHistogram): void;
  /** @param buckets - in ascending order of bounds; at least one. */
  classic(series: HistogramSeries, step: number, buckets: readonly ClassicBucket[]): void;
}

interface NativeSeries extends HistogramSeries {
  readonly column: Column;
}

interface ClassicSeries extends HistogramSeries {
  readonly buckets: { readonly upperBound: number; readonly column: Column }[];
}

const bucketLabel = new Set(['le']);

/**
 * Goes through the histograms of an instant vector. Series of floats are buckets of classic histograms; those whose `le` is no number are
 * left out with a warning. A native and a classic histogram with the same labels at one step are both left out.
 * Spec: Prometheus 3.14, EvalNodeHelper.resetHistograms.
 *
 * @param argument - which argument of the call the vector is.
 */
export function visitHistograms(
  columns: readonly Column[],
  call: FunctionCall,
  argument: number,
  visitor: HistogramVisitor,
): void {
  const range = call.argumentRanges[argument] ?? call.argumentsRange;
  const natives: NativeSeries[] = [];
  const classics = new Map<string, ClassicSeries>();
  for (const column of columns) {
    const subject = { metricName: column.labels.metricName, range };
    if (column.histograms) natives.push({ labels: column.labels, subject, column });
    if (column.kinds.includes(float)) addBucketSeries(classics, column, call, subject);
  }
  for (const { buckets } of classics.values()) buckets.sort((a, b) => a.upperBound - b.upperBound);
  for (let step = 0; step < call.steps.count; step++) {
    const conflicts = visitNatives(natives, classics, step, call, visitor);
    for (const series of classics.values()) {
      const buckets = conflicts.has(series) ? [] : bucketsAt(series, step);
      if (buckets.length > 0) visitor.classic(series, step, buckets);
    }
  }
}

function addBucketSeries(
  classics: Map<string, ClassicSeries>,
  column: Column,
  call: FunctionCall,
  subject: AnnotationSubject,
): void {
  const text = column.labels.get('le');
  const upperBound = boundOf(text);
  if (upperBound === undefined) {
    call.annotations.add(badBucketLabel(subject.metricName, text, subject.range));
    return;
  }
  const labels = column.labels.drop(bucketLabel);
  const series = classics.get(labels.key) ?? { labels, subject, buckets: [] };
  series.buckets.push({ upperBound, column });
  classics.set(labels.key, series);
}

function boundOf(text: string): number | undefined {
  try {
    return parseFloatGo(text);
  } catch (error) {
    if (error instanceof FloatSyntaxError) return undefined;
    throw error;
  }
}

/** @returns the classic histograms that a native one at this step contradicts. */
function visitNatives(
  natives: readonly NativeSeries[],
  classics: ReadonlyMap<string, ClassicSeries>,
  step: number,
  { annotations }: FunctionCall,
  visitor: HistogramVisitor,
): ReadonlySet<ClassicSeries> {
  const conflicts = new Set<ClassicSeries>();
  for (const native of natives) {
    const histogram = native.column.histogramAt(step);
    if (!histogram) continue;
    const classic = classics.get(native.labels.key);
    if (classic?.buckets.some(({ column }) => column.kinds[step] === float)) {
      annotations.add(mixedClassicNativeHistograms(native.subject.metricName, native.subject.range));
      conflicts.add(classic);
    } else visitor.native(native, step, histogram);
  }
  return conflicts;
}

function bucketsAt(series: ClassicSeries, step: number): ClassicBucket[] {
  const buckets: ClassicBucket[] = [];
  for (const { upperBound, column } of series.buckets) {
    if (column.kinds[step] === float) buckets.push({ upperBound, count: column.values[step] ?? 0 });
  }
  return buckets;
}
