/** Which samples a query looked at. Those of a window count at each step that has them in its window. */
export class SampleUsage {
  total = 0;
  /** By step; only when asked for. */
  readonly perStep: Float64Array<ArrayBuffer> | undefined;

  /** @param steps - how many steps are counted apart; undefined: none. */
  constructor(steps: number | undefined) {
    this.perStep = steps === undefined ? undefined : new Float64Array(steps);
  }

  add(step: number, samples: number): void {
    this.total += samples;
    const { perStep } = this;
    if (perStep && step < perStep.length) perStep[step] = (perStep[step] ?? 0) + samples;
  }
}
