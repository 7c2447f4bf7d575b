/** Something that a search can find. */
export interface Hit {
  readonly title: string;
  readonly detail: string;
  /** Where it leads. */
  readonly place: string;
  /** Other words for it. */
  readonly words?: readonly string[];
}

const hitsMax = 30;

/** What fits a search, the best first: equal, then beginning, then containing; then the shorter. */
export function found(hits: readonly Hit[], text: string): Hit[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return hits.slice(0, hitsMax);
  const scored = hits.flatMap((hit) => {
    const score = scoreOf(hit, words);
    return score === undefined ? [] : [{ hit, score }];
  });
  return scored
    .sort((a, b) => a.score - b.score || a.hit.title.length - b.hit.title.length)
    .slice(0, hitsMax)
    .map(({ hit }) => hit);
}

/** Lower is better; undefined when a word is in neither title nor detail. */
function scoreOf({ title, detail, words = [] }: Hit, wanted: readonly string[]): number | undefined {
  const name = title.toLowerCase();
  const others = [detail.toLowerCase(), ...words];
  let score = 0;
  for (const word of wanted) {
    if (name === word || words.includes(word)) score += 0;
    else if (name.startsWith(word)) score += 1;
    else if (name.includes(word)) score += 2;
    else if (others.some((other) => other.includes(word))) score += 3;
    else return undefined;
  }
  return score;
}
