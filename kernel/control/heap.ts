/** Whether `a` comes out before `b`; must be strict: nothing comes before its equal. */
export type Before<Item> = (a: Item, b: Item) => boolean;

/** Puts an item into a binary heap, an array whose first item comes out first. */
export function pushHeap<Item extends object>(heap: Item[], item: Item, isBefore: Before<Item>): void {
  let at = heap.push(item) - 1;
  while (at > 0) {
    const parent = (at - 1) >> 1;
    const above = heap[parent];
    if (!above || !isBefore(item, above)) break;
    heap[at] = above;
    at = parent;
  }
  heap[at] = item;
}

/** Takes the first item out of a binary heap. */
export function popHeap<Item extends object>(heap: Item[], isBefore: Before<Item>): Item | undefined {
  const first = heap[0];
  const last = heap.pop();
  if (!first || !last || heap.length === 0) return first;
  let at = 0;
  for (;;) {
    let child = 2 * at + 1;
    const right = heap[child + 1];
    let below = heap[child];
    if (right && below && isBefore(right, below)) {
      child += 1;
      below = right;
    }
    if (!below || !isBefore(below, last)) break;
    heap[at] = below;
    at = child;
  }
  heap[at] = last;
  return first;
}
