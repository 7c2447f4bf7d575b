import { createHash } from 'node:crypto';
import type { Clock } from '@plinth/kernel';
import type { FloatHistogram, Labels } from '@plinth/prometheus-model';
import {
  type ForState,
  RuleGroup,
  type RuleGroupSpec,
  type RuleSink,
  type VectorSample,
} from '@plinth/prometheus-rules';
import { ruleGracePeriodMs, ruleIntervalMs, ruleOutageToleranceMs } from '../limits.ts';
import { labelParts } from '../store/label-parts.ts';
import type { WrittenSample } from '../store/sample-batch.ts';
import type { TelemetryCounts } from '../store/telemetry-counts.ts';

/** What rules read and write. */
export interface RuleStore {
  /** @throws Error that says why it cannot be evaluated */
  evaluate(text: string, timeMs: number): Promise<readonly VectorSample[]>;
  /** The last samples of series that have not ended. */
  lastSamples(selector: string, startMs: number, endMs: number): Promise<readonly ForState[]>;
  /** @returns why something was not taken */
  append(samples: readonly WrittenSample[], nowMs: number): Promise<readonly string[]>;
}

export interface RuleScheduleOptions {
  readonly store: RuleStore;
  readonly clock: Clock;
  /** Where people find the installation. */
  readonly externalUrl: string;
  /** Told of each evaluation of a group. */
  readonly noteEvaluation: TelemetryCounts['evaluated'];
  readonly onFault: (what: string, error: unknown) => void;
}

/** A group with the object that it stands in. */
export interface ManagedGroup {
  /** `namespace/name` of the object. */
  readonly source: string;
  readonly group: RuleGroup;
}

interface Running extends ManagedGroup {
  cancel: () => void;
  /** The evaluation under way. */
  work: Promise<void>;
  isOver: boolean;
}

/** Evaluates groups of rules, each at its interval, spread over it so that not all are evaluated at once. */
export class RuleSchedule {
  readonly #options: RuleScheduleOptions;
  readonly #groups = new Map<string, Running>();

  constructor(options: RuleScheduleOptions) {
    this.#options = options;
  }

  /** All groups, by the object they stand in and in its order. */
  get groups(): readonly ManagedGroup[] {
    return [...this.#groups.values()].toSorted((a, b) =>
      a.source < b.source ? -1 : a.source > b.source ? 1 : 0,
    );
  }

  /** Takes over the groups of an object, in the place of those that it had. What they were at is kept. */
  set(source: string, specs: readonly RuleGroupSpec[]): void {
    const names = new Set(specs.map(({ name }) => name));
    for (const [key, running] of this.#groups) {
      if (running.source === source && !names.has(running.group.name)) this.#end(key, running);
    }
    for (const spec of specs) this.#begin(source, spec);
  }

  /** Ends the groups of an object that is gone. */
  remove(source: string): void {
    this.set(source, []);
  }

  /** Ends all evaluations; series stay as they are, so that a start soon after goes on with them. */
  async stop(): Promise<void> {
    const all = [...this.#groups.values()];
    this.#groups.clear();
    for (const running of all) {
      running.isOver = true;
      running.cancel();
    }
    await Promise.all(all.map(({ work }) => work));
  }

  #begin(source: string, spec: RuleGroupSpec): void {
    const key = `${source}/${spec.name}`;
    const before = this.#groups.get(key);
    if (before && JSON.stringify(before.group.spec) === JSON.stringify(spec)) return;
    const group = new RuleGroup(spec, { intervalMs: ruleIntervalMs, isRestored: false });
    const running: Running = { source, group, cancel: () => {}, work: Promise.resolve(), isOver: false };
    this.#groups.set(key, running);
    if (!before) {
      this.#schedule(key, running, undefined);
      return;
    }
    before.isOver = true;
    before.cancel();
    // An evaluation under way still writes, and what it writes has to be known.
    running.work = before.work.then(() => {
      group.takeOver(before.group);
      this.#schedule(key, running, group.lastEvaluationMs);
    });
  }

  #end(key: string, running: Running): void {
    running.isOver = true;
    running.cancel();
    this.#groups.delete(key);
    const { clock } = this.#options;
    running.work = running.work
      .then(() => running.group.close(this.#sink(), clock.now()))
      .catch((error: unknown) => this.#options.onFault(`ending the rules of ${key}`, error));
  }

  /** Evaluates the group at its next slot. Slots that pass while it is evaluated are left out. */
  #schedule(key: string, running: Running, lastMs: number | undefined): void {
    if (running.isOver) return;
    const { clock } = this.#options;
    const { group } = running;
    const now = clock.now();
    const slot = group.evaluationTime(now, spreadOf(key));
    // Nobody knows whether the slot before a start was evaluated already.
    const next = lastMs === undefined || slot <= lastMs ? slot + group.intervalMs : slot;
    running.cancel = clock.after(Math.max(0, next - now), () => {
      running.work = running.work
        .then(() => this.#evaluate(running, next))
        .catch((error: unknown) => this.#options.onFault(`evaluating the rules of ${key}`, error))
        .then(() => this.#schedule(key, running, next));
    });
  }

  async #evaluate({ group, isOver }: Running, timeMs: number): Promise<void> {
    if (isOver) return;
    const { store, clock, externalUrl } = this.#options;
    await group.evaluate(
      {
        query: (text, atMs) => store.evaluate(text, atMs),
        externalLabels: {},
        externalUrl,
        sink: this.#sink(),
        monotonic: () => clock.monotonic(),
      },
      timeMs,
    );
    this.#options.noteEvaluation({
      rules: group.rules.length,
      failed: group.rules.filter(({ health }) => health === 'err').length,
      durationMs: group.evaluationTimeMs,
    });
    if (group.alertingRules.every(({ isRestored }) => isRestored)) return;
    await group.restore(
      (selector) => store.lastSamples(selector, timeMs - ruleOutageToleranceMs, timeMs - 1),
      timeMs,
      ruleGracePeriodMs,
    );
  }

  #sink(): RuleSink {
    const { store, clock } = this.#options;
    let samples: WrittenSample[] = [];
    return {
      append(labels: Labels, timestampMs: number, value: number | FloatHistogram | 'stale') {
        const written = typeof value === 'object' ? value.fields : value;
        samples.push({ labels: labelParts(labels), timestampMs, value: written });
        return undefined;
      },
      async commit() {
        const batch = samples;
        samples = [];
        if (batch.length === 0) return;
        const [refused] = await store.append(batch, clock.now());
        if (refused !== undefined) throw new Error(refused);
      },
    };
  }
}

/** A number of milliseconds that is the same for a group each time. */
function spreadOf(key: string): number {
  return createHash('sha256').update(key).digest().readUInt32BE(0);
}
