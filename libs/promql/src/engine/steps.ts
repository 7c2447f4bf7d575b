/** The instants at which an expression is evaluated: evenly spaced, at least one unless the end is before the start. */
export class Steps {
  /** First instant, in milliseconds since the epoch. */
  readonly startMs: number;
  /** Distance of two instants in milliseconds, at least 1. */
  readonly stepMs: number;
  readonly count: number;

  constructor(startMs: number, endMs: number, stepMs: number) {
    this.startMs = startMs;
    this.stepMs = stepMs;
    this.count = endMs < startMs ? 0 : Math.floor((endMs - startMs) / stepMs) + 1;
  }

  /** Time of a step, which counts from 0. */
  at(step: number): number {
    return this.startMs + step * this.stepMs;
  }

  /** Time of the last step. */
  get lastMs(): number {
    return this.at(this.count - 1);
  }

  /** Only the first instant: for what is the same at every step. */
  first(): Steps {
    return new Steps(this.startMs, this.startMs, this.stepMs);
  }
}
