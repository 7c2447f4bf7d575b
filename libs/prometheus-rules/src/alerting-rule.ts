import { Labels, metricNameLabel } from '@plinth/prometheus-model';
import type { ActiveAlert, AlertState } from './active-alert.ts';
import { AlertTemplate, type ExternalSettings } from './alert-template.ts';
import { RuleEvaluationError } from './rule-evaluation-error.ts';
import type { AlertingRuleSpec } from './rule-spec.ts';
import type { QueryFunction, VectorSample } from './vector.ts';

const alertNameLabel = 'alertname';
const alertStateLabel = 'alertstate';
/** The series of alerts that are pending or fire. */
const alertsMetric = 'ALERTS';
/** The series that say since when an alert is active, in seconds since the epoch: what is read after a restart. */
const forStateMetric = 'ALERTS_FOR_STATE';
/** How long an alert that is over is kept, so that nobody misses it. */
const resolvedRetentionMs = 15 * 60_000;

type Templates = readonly (readonly [name: string, template: AlertTemplate])[];

/** What an evaluation stands on. */
export interface RuleContext extends ExternalSettings {
  readonly query: QueryFunction;
}

/** Since when alerts were active before a restart, by the labels of the alert. */
export interface ForState {
  readonly labels: Labels;
  /** When the last sample was written. */
  readonly timestampMs: number;
  readonly activeAtMs: number;
}

/**
 * An alerting rule and its alerts. Spec: Prometheus 3.14, rules/alerting.go.
 *
 *   (none)   -> pending   the expression gives a result
 *   pending  -> firing    it has done so for `for`; at once when there is none
 *   pending  -> (none)    it gives none any more
 *   firing   -> inactive  the same, and `keep_firing_for` is over
 *   firing   -> pending   `for` has become longer than the alert is active
 *   inactive -> (none)    15 minutes later; a result before that begins anew
 */
export class AlertingRule {
  readonly spec: AlertingRuleSpec;
  readonly #labels: Templates;
  readonly #annotations: Templates;
  #alerts = new Map<string, ActiveAlert>();
  /** False until what was before a restart is known; until then no series are written, which would hide that. */
  #isRestored: boolean;

  /** @throws TemplateError */
  constructor(spec: AlertingRuleSpec, options: { readonly isRestored: boolean }) {
    this.spec = spec;
    const templates = (texts: Readonly<Record<string, string>>): [string, AlertTemplate][] =>
      Object.entries(texts).map(([name, text]) => [name, new AlertTemplate(spec.name, text)]);
    this.#labels = templates(spec.labels);
    this.#annotations = templates(spec.annotations);
    this.#isRestored = options.isRestored;
  }

  get isRestored(): boolean {
    return this.#isRestored;
  }

  /** All alerts, those included that are over and are still told of. */
  get alerts(): readonly ActiveAlert[] {
    return [...this.#alerts.values()];
  }

  /** Alerts that are pending or fire. */
  get activeAlerts(): readonly ActiveAlert[] {
    return this.alerts.filter(({ state }) => state !== 'inactive');
  }

  /** The most that any of its alerts is. */
  get state(): AlertState {
    const states = new Set(this.alerts.map(({ state }) => state));
    return states.has('firing') ? 'firing' : states.has('pending') ? 'pending' : 'inactive';
  }

  /** Takes over the alerts of the same rule as it was before its group was read again. */
  takeOver(other: AlertingRule): void {
    this.#alerts = other.#alerts;
    this.#isRestored = other.#isRestored;
  }

  /**
   * Evaluates the rule.
   * @param offsetMs - how far in the past the expression is evaluated
   * @returns the series to write, with the time `timeMs - offsetMs`
   * @throws RuleEvaluationError, and what the query throws
   */
  async evaluate(
    context: RuleContext,
    timeMs: number,
    { offsetMs, limit }: { readonly offsetMs: number; readonly limit: number },
  ): Promise<readonly VectorSample[]> {
    const found = await context.query(this.spec.text, timeMs - offsetMs);
    const seen = new Map<string, ActiveAlert>();
    for (const sample of found) {
      const alert = await this.#alertOf(sample, context, timeMs);
      const { key } = alert.labels;
      if (seen.has(key)) {
        throw new RuleEvaluationError(
          'vector contains metrics with the same labelset after applying alert labels',
        );
      }
      seen.set(key, alert);
    }
    for (const [key, alert] of seen) {
      const known = this.#alerts.get(key);
      if (known && known.state !== 'inactive') {
        known.value = alert.value;
        known.annotations = alert.annotations;
      } else this.#alerts.set(key, alert);
    }
    const active = this.#advance(seen, timeMs);
    if (limit > 0 && active.length > limit) {
      this.#alerts.clear();
      throw new RuleEvaluationError(`exceeded limit of ${limit} with ${active.length} alerts`);
    }
    return this.#isRestored ? active.flatMap((alert) => this.#samplesOf(alert)) : [];
  }

  async #alertOf(sample: VectorSample, context: RuleContext, timeMs: number): Promise<ActiveAlert> {
    const { labels, value, histogram } = sample;
    const { externalLabels, externalUrl, query } = context;
    const data = { labels, value, externalLabels, externalUrl, ...(histogram ? { histogram } : {}) };
    const expand = async (templates: Templates): Promise<Record<string, string>> => {
      const texts: Record<string, string> = {};
      for (const [name, template] of templates) texts[name] = await template.expand(data, query, timeMs);
      return texts;
    };
    const own = await expand(this.#labels);
    return {
      labels: labels.withoutName.with({ ...own, [alertNameLabel]: this.spec.name }),
      annotations: await expand(this.#annotations),
      state: 'pending',
      value,
      activeAtMs: timeMs,
    };
  }

  /** Brings every alert to the state that it has now. @returns those that are pending or fire */
  #advance(seen: ReadonlyMap<string, unknown>, timeMs: number): ActiveAlert[] {
    const active: ActiveAlert[] = [];
    for (const [key, alert] of this.#alerts) {
      if (seen.has(key)) alert.keepFiringSinceMs = undefined;
      else if (!this.#keepsFiring(alert, timeMs)) {
        const isForgotten =
          alert.resolvedAtMs !== undefined && timeMs - alert.resolvedAtMs > resolvedRetentionMs;
        if (alert.state === 'pending' || isForgotten) this.#alerts.delete(key);
        else if (alert.state === 'firing') {
          alert.state = 'inactive';
          alert.resolvedAtMs = timeMs;
        }
        continue;
      }
      active.push(alert);
      const isDue = timeMs - alert.activeAtMs >= this.spec.forMs;
      if (alert.state === 'pending' && isDue) {
        alert.state = 'firing';
        alert.firedAtMs = timeMs;
      } else if (alert.state === 'firing' && !isDue) {
        alert.state = 'pending';
        alert.firedAtMs = undefined;
        alert.keepFiringSinceMs = undefined;
      }
    }
    return active;
  }

  #keepsFiring(alert: ActiveAlert, timeMs: number): boolean {
    if (alert.state !== 'firing' || this.spec.keepFiringForMs === 0) return false;
    alert.keepFiringSinceMs ??= timeMs;
    return timeMs - alert.keepFiringSinceMs < this.spec.keepFiringForMs;
  }

  #samplesOf(alert: ActiveAlert): VectorSample[] {
    const labels = alert.labels.with({ [metricNameLabel]: alertsMetric, [alertStateLabel]: alert.state });
    return [
      { labels, value: 1 },
      {
        labels: alert.labels.with({ [metricNameLabel]: forStateMetric }),
        value: Math.floor(alert.activeAtMs / 1000),
      },
    ];
  }

  /** The series from which the state before a restart can be told: a selector of PromQL. */
  get forStateSelector(): string {
    const fixed = Object.entries(this.spec.labels).filter(([, text]) => !text.includes('{{'));
    const labels = Labels.from([
      ...fixed,
      [metricNameLabel, forStateMetric],
      [alertNameLabel, this.spec.name],
    ]);
    return labels.toString();
  }

  /**
   * Takes over since when alerts were active before a restart. An alert that had almost waited long enough waits for the
   * grace period again, so that what comes late after the restart can still keep it from firing.
   * Spec: Prometheus 3.14, rules/group.go, RestoreForState.
   */
  restore(states: readonly ForState[], timeMs: number, gracePeriodMs: number): void {
    this.#isRestored = true;
    const { forMs } = this.spec;
    if (forMs < gracePeriodMs) return;
    for (const state of states) {
      const alert = this.#alerts.get(state.labels.withoutName.key);
      if (!alert) continue;
      const remainingMs = forMs - (state.timestampMs - state.activeAtMs);
      let activeAtMs = state.activeAtMs;
      if (remainingMs > 0 && remainingMs < gracePeriodMs) activeAtMs = timeMs + gracePeriodMs - forMs;
      else if (remainingMs >= gracePeriodMs) activeAtMs += timeMs - state.timestampMs;
      alert.activeAtMs = activeAtMs;
    }
  }
}
