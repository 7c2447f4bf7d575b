import { type FloatHistogram, type Labels, type Queryable } from '@plinth/prometheus-model';
import { type Engine, type QueryOptions } from '@plinth/promql';
import { AlertingRule } from './alerting-rule.ts';
import { RecordingRule } from './recording-rule.ts';
import { RuleEvaluationError } from './rule-evaluation-error.ts';
import type { RuleGroupSpec, RuleSpec } from './rule-spec.ts';
import { JoinedSources, SeriesMemory } from './series-memory.ts';
import { StepVectors } from './step-vectors.ts';
import { vectorOf } from './vector.ts';

/** A time in which an alert would have fired. Instants are milliseconds since the epoch. */
export interface Firing {
  readonly group: string;
  readonly alert: string;
  readonly labels: Labels;
  /** Of the first evaluation at which it fired. */
  readonly annotations: Readonly<Record<string, string>>;
  /** Since when it was pending. */
  readonly activeAtMs: number;
  readonly startsAtMs: number;
  /** Absent: it still fires at the end. */
  readonly endsAtMs?: number;
  /** The highest value while it fired. */
  readonly valueMax: number;
}

/** How a rule did. */
export interface RuleBacktest {
  readonly group: string;
  readonly rule: string;
  readonly kind: RuleSpec['kind'];
  /** How often it was evaluated. */
  readonly evaluations: number;
  /** Samples that a recording rule gave. */
  readonly samples: number;
  /** Times that became pending and never fired. */
  readonly pendingOnly: number;
  /** Why it could not be evaluated to the end. */
  readonly problem?: string;
}

/** What rules would have done. */
export interface Backtest {
  /** In order of their start. */
  readonly firings: readonly Firing[];
  readonly rules: readonly RuleBacktest[];
}

/** Over what rules are replayed. */
export interface BacktestOptions {
  readonly engine: Engine;
  /** The stored history. */
  readonly source: Queryable;
  /** First and last evaluation, in milliseconds since the epoch. */
  readonly startMs: number;
  readonly endMs: number;
  /** Of groups that name none. */
  readonly intervalMs: number;
  readonly externalLabels?: Readonly<Record<string, string>>;
  readonly externalUrl?: string;
  readonly query?: QueryOptions;
}

/** Evaluations that one range query covers: a day of minutes. */
const stepsPerQuery = 1_440;

/**
 * Replays rules over stored history: what would have fired, and when. Groups see what recording rules before them gave; nothing is written
 * to the history.
 *
 * A rule is evaluated over the whole time by range queries, one rule after the other, which gives the same as evaluating all rules at
 * each instant as long as no rule reads what itself or a later one gave.
 */
export async function backtest(
  groups: readonly RuleGroupSpec[],
  options: BacktestOptions,
): Promise<Backtest> {
  const made = new SeriesMemory();
  const source = new JoinedSources([options.source, made]);
  const firings: Firing[] = [];
  const rules: RuleBacktest[] = [];
  for (const group of groups) {
    for (const rule of group.rules) {
      const run = new RuleReplay(group, rule, { ...options, source }, made);
      rules.push(await run.replay());
      firings.push(...run.firings);
    }
  }
  return { firings: firings.toSorted((a, b) => a.startsAtMs - b.startsAtMs), rules };
}

/** One rule over the whole time. */
class RuleReplay {
  readonly firings: Firing[] = [];
  readonly #group: RuleGroupSpec;
  readonly #rule: RuleSpec;
  readonly #options: BacktestOptions;
  readonly #made: SeriesMemory;
  readonly #evaluated: AlertingRule | RecordingRule;
  readonly #open = new Map<string, { firing: Firing; valueMax: number }>();
  #pending = new Set<string>();
  #pendingOnly = 0;
  #evaluations = 0;
  #samples = 0;
  /** Series of the last evaluation, which end when the next one does not give them. */
  #series = new Map<string, Labels>();

  constructor(group: RuleGroupSpec, rule: RuleSpec, options: BacktestOptions, made: SeriesMemory) {
    this.#group = group;
    this.#rule = rule;
    this.#options = options;
    this.#made = made;
    this.#evaluated =
      rule.kind === 'alerting' ? new AlertingRule(rule, { isRestored: true }) : new RecordingRule(rule);
  }

  async replay(): Promise<RuleBacktest> {
    const { startMs, endMs, intervalMs } = this.#options;
    const stepMs = this.#group.intervalMs ?? intervalMs;
    let problem: string | undefined;
    try {
      for (let fromMs = startMs; fromMs <= endMs; fromMs += stepsPerQuery * stepMs) {
        const toMs = Math.min(endMs, fromMs + (stepsPerQuery - 1) * stepMs);
        await this.#replayPart(fromMs, toMs, stepMs);
      }
    } catch (error) {
      problem = error instanceof Error ? error.message : String(error);
    }
    for (const { firing, valueMax } of this.#open.values()) this.firings.push({ ...firing, valueMax });
    return {
      group: this.#group.name,
      rule: this.#rule.name,
      kind: this.#rule.kind,
      evaluations: this.#evaluations,
      samples: this.#samples,
      pendingOnly: this.#pendingOnly,
      ...(problem === undefined ? {} : { problem }),
    };
  }

  async #replayPart(fromMs: number, toMs: number, stepMs: number): Promise<void> {
    const { engine, source, query } = this.#options;
    const offsetMs = this.#group.queryOffsetMs;
    const range = { startMs: fromMs - offsetMs, endMs: toMs - offsetMs, stepMs };
    const { value } = await engine.range(source, this.#rule.expression, range, {
      ...query,
      text: this.#rule.text,
    });
    if (value.type !== 'matrix') throw new RuleEvaluationError('rule result is not a vector or scalar');
    const vectors = new StepVectors(value, range);
    for (let timeMs = fromMs; timeMs <= toMs; timeMs += stepMs) {
      this.#evaluations++;
      const found = vectors.next();
      const { limit } = this.#group;
      const samples = await this.#evaluated.evaluate(this.#context(found), timeMs, { offsetMs, limit });
      this.#write(samples, timeMs - offsetMs);
      if (this.#evaluated instanceof AlertingRule) this.#follow(this.#evaluated, timeMs);
      else this.#samples += samples.length;
    }
  }

  #context(found: ReturnType<StepVectors['next']>): Parameters<AlertingRule['evaluate']>[0] {
    const { externalLabels = {}, externalUrl = '', engine, source } = this.#options;
    const { text } = this.#rule;
    return {
      externalLabels,
      externalUrl,
      query: async (asked, timeMs) => {
        if (asked === text) return found;
        return vectorOf((await engine.instant(source, asked, timeMs)).value);
      },
    };
  }

  #write(
    samples: readonly {
      readonly labels: Labels;
      readonly value: number;
      readonly histogram?: FloatHistogram;
    }[],
    timeMs: number,
  ): void {
    const series = new Map<string, Labels>();
    for (const { labels, value, histogram } of samples) {
      this.#made.append(labels, timeMs, histogram ?? value);
      series.set(labels.key, labels);
    }
    for (const [key, labels] of this.#series)
      if (!series.has(key)) this.#made.append(labels, timeMs, 'stale');
    this.#series = series;
  }

  /** Notes what began to fire and what is over. */
  #follow(rule: AlertingRule, timeMs: number): void {
    const pending = new Set<string>();
    const firing = new Set<string>();
    for (const alert of rule.activeAlerts) {
      const { key } = alert.labels;
      if (alert.state === 'pending') {
        pending.add(key);
        continue;
      }
      firing.add(key);
      const open = this.#open.get(key);
      if (open) open.valueMax = Math.max(open.valueMax, alert.value);
      else {
        const begun: Firing = {
          group: this.#group.name,
          alert: this.#rule.name,
          labels: alert.labels,
          annotations: alert.annotations,
          activeAtMs: alert.activeAtMs,
          startsAtMs: timeMs,
          valueMax: alert.value,
        };
        this.#open.set(key, { firing: begun, valueMax: alert.value });
      }
    }
    for (const [key, { firing: begun, valueMax }] of this.#open) {
      if (firing.has(key)) continue;
      this.firings.push({ ...begun, valueMax, endsAtMs: timeMs });
      this.#open.delete(key);
    }
    for (const key of this.#pending) if (!pending.has(key) && !firing.has(key)) this.#pendingOnly++;
    this.#pending = pending;
  }
}
