/** A sum that keeps what rounding loses. Spec: Prometheus 3.14, util/kahansum (Neumaier's variant). */
export class KahanSum {
  sum: number;
  /** What rounding lost so far. */
  error = 0;

  constructor(sum = 0) {
    this.sum = sum;
  }

  add(value: number): void {
    const { sum } = this;
    const total = sum + value;
    if (total === Number.POSITIVE_INFINITY || total === Number.NEGATIVE_INFINITY) this.error = 0;
    else if (Math.abs(sum) >= Math.abs(value)) this.error += sum - total + value;
    else this.error += value - total + sum;
    this.sum = total;
  }

  get total(): number {
    return this.sum + this.error;
  }
}
