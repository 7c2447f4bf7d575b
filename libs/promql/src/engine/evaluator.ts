import { SampleBuffer } from '@plinth/prometheus-model';
import { streamAggregation } from './aggregation.ts';
import type { Annotations } from './annotations.ts';
import { scalarBinary, streamBinary } from './binary.ts';
import { scalarCall, streamCall } from './call.ts';
import { type Column, histogram } from './column.ts';
import type { Interruption } from './interruption.ts';
import { mergeEqualSeries, withoutMetadata } from './merge.ts';
import type { PlanNode, PlannedInvariant, PlannedNegation } from './plan.ts';
import { type SampleMemory, sizeOfColumn } from './sample-memory.ts';
import type { Scope } from './scope.ts';
import { streamVectorSelector } from './vector-selector.ts';

/** Receives the series of a result one by one, and owns them from then on. */
export type Sink = (column: Column) => void;

/** What is the same for all parts of one evaluation. */
export interface EvaluationSettings {
  readonly lookbackMs: number;
  /** Start timestamps of samples count: a counter was reset where they say so. */
  readonly usesStartTimestamps: boolean;
  /** Series have `__type__` labels, which tell counters apart better than names. */
  readonly hasTypeAndUnitLabels: boolean;
  /** Names that functions drop stay until the end of the evaluation. */
  readonly delaysNameRemoval: boolean;
  readonly annotations: Annotations;
  readonly memory: SampleMemory;
  readonly interruption: Interruption;
}

/**
 * Evaluates a plan whose series have been selected. Each node yields its series one after the other, each with the values of all steps, so
 * that what is aggregated at once is never held.
 */
export class Evaluator {
  readonly settings: EvaluationSettings;
  /** Samples of the series that is read at the moment. */
  readonly buffer = new SampleBuffer();

  constructor(settings: EvaluationSettings) {
    this.settings = settings;
  }

  /** Hands on the series of an instant vector. @throws QueryError */
  stream(node: PlanNode, scope: Scope, sink: Sink): void {
    if (scope.steps.count === 0) return;
    switch (node.kind) {
      case 'vector-selector':
        return streamVectorSelector(this, node, scope, sink);
      case 'call':
        return streamCall(this, node, scope, sink);
      case 'aggregation':
        return streamAggregation(this, node, scope, sink);
      case 'binary':
        return streamBinary(this, node, scope, sink);
      case 'negation':
        return this.mergingNames(sink, (merge) => this.#streamNegation(node, scope, merge));
      case 'invariant':
        return this.#streamInvariant(node, scope, sink);
      case 'number':
      case 'string':
      case 'matrix-selector':
      case 'subquery':
        throw new TypeError(`${node.kind} is no instant vector`);
    }
  }

  /** All series of an instant vector. @throws QueryError */
  collect(node: PlanNode, scope: Scope): Column[] {
    const columns: Column[] = [];
    this.stream(node, scope, (column) => columns.push(column));
    return columns;
  }

  /** The values of a scalar, one for each step. @throws QueryError */
  scalar(node: PlanNode, scope: Scope): Float64Array<ArrayBuffer> {
    const { count } = scope.steps;
    if (count === 0) return new Float64Array(0);
    switch (node.kind) {
      case 'number':
        return new Float64Array(count).fill(node.value);
      case 'call':
        return scalarCall(this, node, scope);
      case 'binary':
        return scalarBinary(this, node, scope);
      case 'negation':
        return this.scalar(node.operand, scope).map((value) => -value);
      case 'invariant': {
        const [value = Number.NaN] = this.scalar(node.expression, this.#firstStep(scope));
        return new Float64Array(count).fill(value);
      }
      default:
        throw new TypeError(`${node.kind} is no scalar`);
    }
  }

  /** Hands on a series that was computed, if it has values, and counts it. */
  emit(column: Column, scope: Scope, sink: Sink): void {
    const size = sizeOfColumn(column);
    if (size === 0) {
      scope.columns.give(column);
      return;
    }
    this.settings.memory.add(size);
    this.settings.interruption.worked(size);
    sink(column);
  }

  /** Hands on a series that was changed in place, if it still has values. */
  forward(column: Column, scope: Scope, sink: Sink): void {
    if (column.isPresent) sink(column);
    else scope.columns.give(column);
  }

  /** Takes the name away: now, or at the end. */
  dropName(column: Column): void {
    if (this.settings.delaysNameRemoval) column.dropsName = true;
    else column.labels = withoutMetadata(column.labels);
  }

  /**
   * Hands on series whose names were dropped. Where that is done at once, series may have become the same: those are merged.
   * @param run - is given the sink to use.
   */
  mergingNames(sink: Sink, run: (sink: Sink) => void): void {
    if (this.settings.delaysNameRemoval) return run(sink);
    const columns: Column[] = [];
    run((column) => columns.push(column));
    for (const column of mergeEqualSeries(columns)) sink(column);
  }

  #streamNegation(node: PlannedNegation, scope: Scope, sink: Sink): void {
    this.stream(node.operand, scope, (column) => {
      const { values, histograms } = column;
      this.dropName(column);
      for (let step = 0; step < values.length; step++) values[step] = -(values[step] ?? 0);
      if (histograms) {
        column.histograms = histograms.map((value) => value?.mul(-1));
      }
      sink(column);
    });
  }

  #firstStep(scope: Scope): Scope {
    return scope.within(scope.steps.first());
  }

  /** The first step stands for all. */
  #streamInvariant(node: PlannedInvariant, scope: Scope, sink: Sink): void {
    const { count } = scope.steps;
    const once = this.#firstStep(scope);
    const { memory } = this.settings;
    const before = memory.current;
    const columns = this.collect(node.expression, once);
    memory.reset(before, 0);
    for (let step = 0; step < count; step++) scope.usage.add(step, once.usage.total);
    for (const single of columns) {
      const column = scope.columns.take();
      column.labels = single.labels;
      column.dropsName = single.dropsName;
      column.kinds.fill(single.kinds[0] ?? 0);
      column.values.fill(single.values[0] ?? 0);
      if (single.kinds[0] === histogram) {
        column.histograms = Array.from({ length: count }, () => single.histograms?.[0]);
      }
      this.emit(column, scope, sink);
    }
  }
}
