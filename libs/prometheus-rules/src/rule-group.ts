import type { FloatHistogram, Labels } from '@plinth/prometheus-model';
import { AlertingRule, type ForState, type RuleContext } from './alerting-rule.ts';
import { RecordingRule } from './recording-rule.ts';
import type { RuleGroupSpec } from './rule-spec.ts';

/** Where what rules give is written. */
export interface RuleSink {
  /**
   * @param value - `stale`: the series ends.
   * @returns why the sample is not taken, e.g. `out of order sample`
   */
  append(labels: Labels, timestampMs: number, value: number | FloatHistogram | 'stale'): string | undefined;
  /** Makes what was appended readable for what is evaluated next. @throws Error */
  commit(): Promise<void>;
}

/** What evaluates groups. */
export interface RuleEvaluator extends RuleContext {
  readonly sink: RuleSink;
  /** For how long evaluations take; any zero point, milliseconds. */
  readonly monotonic: () => number;
  /** Told of every alerting rule after it has been evaluated. */
  readonly notify?: (rule: AlertingRule, timeMs: number) => void;
}

/** How a rule is. */
export interface RuleHealth {
  health: 'unknown' | 'ok' | 'err';
  lastError: string | undefined;
  lastEvaluationMs: number | undefined;
  /** Milliseconds. */
  evaluationTimeMs: number;
}

/** A rule of a group with what is known of it. */
export interface GroupRule extends RuleHealth {
  readonly rule: AlertingRule | RecordingRule;
}

interface OwnRule extends GroupRule {
  /** The series that its last evaluation gave, by key: those that are not given again end. */
  series: ReadonlyMap<string, Labels>;
}

/**
 * A group of rules: evaluated one after the other, each seeing what those before it have written.
 * Spec: Prometheus 3.14, rules/group.go.
 */
export class RuleGroup {
  readonly spec: RuleGroupSpec;
  /** Milliseconds. */
  readonly intervalMs: number;
  readonly #rules: readonly OwnRule[];
  /** Series of rules that are gone. */
  #ended: Labels[] = [];
  lastEvaluationMs: number | undefined;
  evaluationTimeMs = 0;

  /**
   * @param options.intervalMs - for a group that does not say its own
   * @param options.isRestored - whether there is nothing before a restart to be found out
   */
  constructor(spec: RuleGroupSpec, options: { readonly intervalMs: number; readonly isRestored: boolean }) {
    this.spec = spec;
    this.intervalMs = spec.intervalMs ?? options.intervalMs;
    this.#rules = spec.rules.map((rule) => ({
      rule: rule.kind === 'alerting' ? new AlertingRule(rule, options) : new RecordingRule(rule),
      series: new Map<string, Labels>(),
      health: 'unknown',
      lastError: undefined,
      lastEvaluationMs: undefined,
      evaluationTimeMs: 0,
    }));
  }

  get name(): string {
    return this.spec.name;
  }

  get rules(): readonly GroupRule[] {
    return this.#rules;
  }

  get alertingRules(): readonly AlertingRule[] {
    return this.#rules.flatMap(({ rule }) => (rule instanceof AlertingRule ? [rule] : []));
  }

  /** Takes over what the group was at before its rules were read again; rules are the same by name and labels. */
  takeOver(other: RuleGroup): void {
    const waiting = new Map<string, OwnRule[]>();
    for (const one of other.#rules) {
      const key = identityOf(one);
      waiting.set(key, [...(waiting.get(key) ?? []), one]);
    }
    for (const own of this.#rules) {
      const before = waiting.get(identityOf(own))?.shift();
      if (!before) continue;
      own.series = before.series;
      if (own.rule instanceof AlertingRule && before.rule instanceof AlertingRule)
        own.rule.takeOver(before.rule);
    }
    this.#ended = [
      ...other.#ended,
      ...[...waiting.values()].flat().flatMap(({ series }) => [...series.values()]),
    ];
    this.lastEvaluationMs = other.lastEvaluationMs;
    this.evaluationTimeMs = other.evaluationTimeMs;
  }

  /** The instant at or before `nowMs` at which the group is to be evaluated; groups are spread by `offsetMs`. */
  evaluationTime(nowMs: number, offsetMs: number): number {
    const shift = offsetMs % this.intervalMs;
    return Math.floor((nowMs - shift) / this.intervalMs) * this.intervalMs + shift;
  }

  /** Evaluates all rules. What fails is noted at its rule, and keeps no other from being evaluated. */
  async evaluate(evaluator: RuleEvaluator, timeMs: number): Promise<void> {
    const startedMs = evaluator.monotonic();
    for (const own of this.#rules) {
      const ruleStartedMs = evaluator.monotonic();
      try {
        own.lastError = await this.#evaluateRule(own, evaluator, timeMs);
        own.health = own.lastError === undefined ? 'ok' : 'err';
      } catch (error) {
        own.health = 'err';
        own.lastError = error instanceof Error ? error.message : String(error);
      }
      own.lastEvaluationMs = timeMs;
      own.evaluationTimeMs = evaluator.monotonic() - ruleStartedMs;
    }
    await this.#end(evaluator.sink, timeMs);
    this.lastEvaluationMs = timeMs;
    this.evaluationTimeMs = evaluator.monotonic() - startedMs;
  }

  /** @returns what is wrong with samples that were not taken */
  async #evaluateRule(own: OwnRule, evaluator: RuleEvaluator, timeMs: number): Promise<string | undefined> {
    const { rule } = own;
    const { sink } = evaluator;
    const { queryOffsetMs: offsetMs, limit } = this.spec;
    const samples = await rule.evaluate(evaluator, timeMs, { offsetMs, limit });
    if (rule instanceof AlertingRule) evaluator.notify?.(rule, timeMs);
    const series = new Map<string, Labels>();
    let refusal: string | undefined;
    for (const { labels, value, histogram } of samples) {
      const refused = sink.append(labels, timeMs - offsetMs, histogram ?? value);
      if (refused === undefined) series.set(labels.key, labels);
      else refusal = refused;
    }
    for (const [key, labels] of own.series) {
      // That it cannot be ended is no fault: another rule may have written it.
      if (!series.has(key)) sink.append(labels, timeMs - offsetMs, 'stale');
    }
    await sink.commit();
    own.series = series;
    return refusal;
  }

  async #end(sink: RuleSink, timeMs: number): Promise<void> {
    if (this.#ended.length === 0) return;
    for (const labels of this.#ended) sink.append(labels, timeMs - this.spec.queryOffsetMs, 'stale');
    await sink.commit();
    this.#ended = [];
  }

  /**
   * Ends all series, because the group is gone.
   * @param timeMs - after its last evaluation
   */
  async close(sink: RuleSink, timeMs: number): Promise<void> {
    this.#ended.push(...this.#rules.flatMap(({ series }) => [...series.values()]));
    await this.#end(sink, timeMs);
  }

  /**
   * Finds out since when alerts were active before a restart; to be called once, after the first evaluation.
   * @param read - gives the last samples of the series that a selector names, at `timeMs` or before
   */
  async restore(
    read: (selector: string) => Promise<readonly ForState[]>,
    timeMs: number,
    gracePeriodMs: number,
  ): Promise<void> {
    for (const rule of this.alertingRules) {
      if (rule.isRestored) continue;
      const isLong = rule.spec.forMs >= gracePeriodMs;
      rule.restore(isLong ? await read(rule.forStateSelector) : [], timeMs, gracePeriodMs);
    }
  }
}

function identityOf({ rule: { spec } }: OwnRule): string {
  const labels = Object.entries(spec.labels).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([spec.kind, spec.name, labels]);
}
