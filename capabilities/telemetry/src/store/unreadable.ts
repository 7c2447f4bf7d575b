/** Reasons that are told; a sender needs no more to find its fault. */
const reasonsMax = 20;

/** Parts of a request that could not be read. */
export class Unreadable {
  readonly reasons: string[] = [];
  count = 0;

  /** @param count - samples or data points */
  add(count: number, reason: string): void {
    this.count += count;
    if (this.reasons.length < reasonsMax && !this.reasons.includes(reason)) this.reasons.push(reason);
  }
}
