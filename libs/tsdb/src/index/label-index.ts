import { Labels, type Matcher } from '@plinth/prometheus-model';
import { intersect, Postings, subtract, unite } from './postings.ts';

interface LabelName {
  readonly name: string;
  readonly values: Map<string, LabelValue>;
}

interface LabelValue {
  readonly value: string;
  readonly postings: Postings;
}

/** One row of a statistic: a name and how many. */
export interface NamedCount {
  readonly name: string;
  readonly value: number;
}

/** Finds series by conditions on their labels. */
export class LabelIndex {
  readonly #names = new Map<string, LabelName>();
  readonly #all = new Postings();
  #end = 0;

  /** How many series there are. */
  get size(): number {
    return this.#all.size;
  }

  /** @param ref - larger than all before. @param parts - name, value, name, value, ... */
  add(ref: number, parts: readonly string[]): void {
    this.#all.push(ref);
    this.#end = ref + 1;
    for (let i = 0; i < parts.length; i += 2)
      this.#valueOf(parts[i] ?? '', parts[i + 1] ?? '').postings.push(ref);
  }

  /** Labels whose texts are shared with the index. */
  intern(parts: readonly string[]): Labels {
    return Labels.fromSorted(
      parts.flatMap((part, i) => {
        if (i % 2 === 1) return [];
        const name = this.#names.get(part);
        const value = parts[i + 1] ?? '';
        return [name?.name ?? part, name?.values.get(value)?.value ?? value];
      }),
    );
  }

  removeAll(isRemoved: (ref: number) => boolean): void {
    this.#all.removeAll(isRemoved);
    for (const { name, values } of this.#names.values()) {
      for (const { value, postings } of values.values()) {
        postings.removeAll(isRemoved);
        if (postings.size === 0) values.delete(value);
      }
      if (values.size === 0) this.#names.delete(name);
    }
  }

  /** The series that meet all conditions, in ascending order. A pattern is tried once for each value of its label. */
  select(matchers: readonly Matcher[]): Uint32Array {
    const wanted: Uint32Array[] = [];
    const unwanted: Uint32Array[] = [];
    for (const matcher of matchers) {
      if (matcher.matchesEmpty) unwanted.push(this.#matching(matcher, false));
      else wanted.push(this.#matching(matcher, true));
    }
    if (wanted.length === 0) wanted.push(this.#all.view());
    wanted.sort((one, other) => one.length - other.length);
    let refs = wanted.reduce((one, other) => intersect(one, other));
    for (const list of unwanted) refs = subtract(refs, list);
    return refs;
  }

  /** Names of labels, in no order. */
  names(): string[] {
    return [...this.#names.keys()];
  }

  /** Values of a label, in no order. */
  values(name: string): string[] {
    return [...(this.#names.get(name)?.values.keys() ?? [])];
  }

  /** The values of a label with most series. */
  topValues(name: string, count: number): readonly NamedCount[] {
    const values = [...(this.#names.get(name)?.values.values() ?? [])];
    return top(
      values.map(({ value, postings }) => ({ name: value, value: postings.size })),
      count,
    );
  }

  /** The names with most values. */
  topNames(count: number): readonly NamedCount[] {
    return top(
      [...this.#names.values()].map(({ name, values }) => ({ name, value: values.size })),
      count,
    );
  }

  /** The pairs `name=value` with most series. */
  topPairs(count: number): readonly NamedCount[] {
    const pairs: NamedCount[] = [];
    for (const { name, values } of this.#names.values()) {
      for (const { value, postings } of values.values()) {
        pairs.push({ name: `${name}=${value}`, value: postings.size });
      }
    }
    return top(pairs, count);
  }

  /** The names whose values take most bytes. */
  topMemory(count: number): readonly NamedCount[] {
    return top(
      [...this.#names.values()].map(({ name, values }) => {
        let bytes = 0;
        for (const { value, postings } of values.values()) bytes += Buffer.byteLength(value) * postings.size;
        return { name, value: bytes };
      }),
      count,
    );
  }

  /** Pairs of name and value that there are. */
  get pairCount(): number {
    let count = 0;
    for (const { values } of this.#names.values()) count += values.size;
    return count;
  }

  /** Series that have a value which the matcher accepts (or, for `isWanted` false, does not accept). */
  #matching(matcher: Matcher, isWanted: boolean): Uint32Array {
    const name = this.#names.get(matcher.name);
    if (!name) return new Uint32Array(0);
    const { literals } = matcher;
    const lists: Uint32Array[] = [];
    if (literals && isWanted) {
      for (const literal of new Set(literals)) {
        const found = name.values.get(literal);
        if (found) lists.push(found.postings.view());
      }
    } else {
      for (const { value, postings } of name.values.values()) {
        if (matcher.matches(value) === isWanted) lists.push(postings.view());
      }
    }
    return unite(lists, this.#end);
  }

  #valueOf(name: string, value: string): LabelValue {
    let named = this.#names.get(name);
    if (!named) {
      named = { name, values: new Map() };
      this.#names.set(name, named);
    }
    let found = named.values.get(value);
    if (!found) {
      found = { value, postings: new Postings() };
      named.values.set(value, found);
    }
    return found;
  }
}

function top(counts: NamedCount[], count: number): readonly NamedCount[] {
  return counts
    .sort((one, other) => other.value - one.value || (one.name < other.name ? -1 : 1))
    .slice(0, count);
}
