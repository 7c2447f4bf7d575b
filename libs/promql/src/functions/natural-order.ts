import { compareNames } from '@plinth/prometheus-model';

const chunk = /\d+|\D+/g;
const digits = /^\d+$/;

/** Order of texts with numbers in them, `node2` before `node10`. Spec: facette/natsort, which Prometheus uses. */
export function naturalOrder(one: string, other: string): number {
  const mine = one.match(chunk) ?? [];
  const theirs = other.match(chunk) ?? [];
  for (const [i, part] of mine.entries()) {
    const opposite = theirs[i];
    if (opposite === undefined) return 1;
    const areNumbers = digits.test(part) && digits.test(opposite);
    const order = areNumbers ? Number(part) - Number(opposite) : compareNames(part, opposite);
    if (order !== 0) return order;
  }
  return mine.length - theirs.length;
}
