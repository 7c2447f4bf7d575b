import type { MetricFamily } from '../control/metrics.ts';
import type { RunPhase } from './run-kind.ts';

/** Counts what the engine does. */
export class RunMetrics {
  #started = 0;
  readonly #ended = new Map<RunPhase, number>();

  started(): void {
    this.#started++;
  }

  ended(phase: RunPhase): void {
    this.#ended.set(phase, (this.#ended.get(phase) ?? 0) + 1);
  }

  collect(now: { queued: number; active: number; parked: number }): MetricFamily[] {
    const gauges = Object.entries(now).map(([state, value]) => ({ labels: { state }, value }));
    const ended = [...this.#ended].map(([phase, value]) => ({ labels: { phase }, value }));
    return [
      {
        name: 'plinth_runs',
        help: 'Runs that have not ended, by where the engine stands with them.',
        type: 'gauge',
        samples: gauges,
      },
      {
        name: 'plinth_run_invocations_total',
        help: 'Invocations of run functions, those after a wait included.',
        type: 'counter',
        samples: [{ labels: {}, value: this.#started }],
      },
      {
        name: 'plinth_runs_ended_total',
        help: 'Runs that have ended, by phase.',
        type: 'counter',
        samples: ended,
      },
    ];
  }
}
