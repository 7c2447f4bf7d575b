/** One line of a difference. */
export interface DiffLine {
  readonly sign: ' ' | '+' | '-';
  readonly text: string;
}

/** Steps of the search beyond which texts are shown as wholly different. */
const editsMax = 2_000;

/**
 * The lines in which two texts differ, by the shortest edit.
 * Spec: E. Myers, An O(ND) Difference Algorithm, section 3.
 */
export function diffLines(before: string, after: string): DiffLine[] {
  const a = before.split('\n');
  const b = after.split('\n');
  const trail: Map<number, number>[] = [];
  let best = new Map<number, number>([[1, 0]]);
  for (let edits = 0; edits <= Math.min(a.length + b.length, editsMax); edits++) {
    trail.push(new Map(best));
    const next = new Map(best);
    for (let k = -edits; k <= edits; k += 2) {
      const isDown = k === -edits || (k !== edits && (best.get(k - 1) ?? 0) < (best.get(k + 1) ?? 0));
      let x = isDown ? (best.get(k + 1) ?? 0) : (best.get(k - 1) ?? 0) + 1;
      while (x < a.length && x - k < b.length && a[x] === b[x - k]) x++;
      next.set(k, x);
      if (x >= a.length && x - k >= b.length) return walkBack(trail, a, b);
    }
    best = next;
  }
  return [
    ...a.map((text) => ({ sign: '-' as const, text })),
    ...b.map((text) => ({ sign: '+' as const, text })),
  ];
}

function walkBack(
  trail: readonly Map<number, number>[],
  a: readonly string[],
  b: readonly string[],
): DiffLine[] {
  const lines: DiffLine[] = [];
  let [x, y] = [a.length, b.length];
  for (let edits = trail.length - 1; edits >= 0; edits--) {
    const best = trail[edits] ?? new Map<number, number>();
    const k = x - y;
    const isDown = k === -edits || (k !== edits && (best.get(k - 1) ?? 0) < (best.get(k + 1) ?? 0));
    const fromK = isDown ? k + 1 : k - 1;
    const fromX = edits === 0 ? 0 : (best.get(fromK) ?? 0);
    const fromY = edits === 0 ? 0 : fromX - fromK;
    while (x > fromX && y > fromY) {
      x--;
      y--;
      lines.push({ sign: ' ', text: a[x] ?? '' });
    }
    if (edits === 0) break;
    if (isDown) lines.push({ sign: '+', text: b[--y] ?? '' });
    else lines.push({ sign: '-', text: a[--x] ?? '' });
  }
  return lines.reverse();
}

/** Leaves out what does not change but for some lines around; `undefined` stands for what is left out. */
export function folded(lines: readonly DiffLine[], around = 3): (DiffLine | undefined)[] {
  const keep = new Set<number>();
  for (const [i, { sign }] of lines.entries()) {
    if (sign === ' ') continue;
    for (let at = i - around; at <= i + around; at++) keep.add(at);
  }
  const shown: (DiffLine | undefined)[] = [];
  for (const [i, line] of lines.entries()) {
    if (keep.has(i)) shown.push(line);
    else if (shown.length === 0 || shown.at(-1) !== undefined) shown.push(undefined);
  }
  return shown;
}
