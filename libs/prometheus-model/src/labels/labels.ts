import { quote } from '@plinth/go-format';
import { quoteName } from './quote-name.ts';

/** The label that holds the name of a metric. */
export const metricNameLabel = '__name__';

/** One label. An empty value means that the label is absent. */
export interface Label {
  readonly name: string;
  readonly value: string;
}

/**
 * The labels of a series: names once each, in order of their UTF-8 bytes, none with an empty value. Immutable.
 * Spec: Prometheus 3.14, model/labels.
 */
export class Labels implements Iterable<Label> {
  static readonly empty = new Labels([]);

  /** Name, value, name, value, ... in order of names. */
  readonly #parts: readonly string[];
  #key: string | undefined;

  private constructor(parts: readonly string[]) {
    this.#parts = parts;
  }

  /** @param labels - in any order; of several with one name the last one counts, and empty values are left out. */
  static from(labels: Iterable<readonly [name: string, value: string]>): Labels {
    const byName = new Map<string, string>();
    for (const [name, value] of labels) byName.set(name, value);
    const names = [...byName.keys()].filter((name) => byName.get(name) !== '');
    names.sort(compareNames);
    return Labels.fromSorted(names.flatMap((name) => [name, byName.get(name) ?? '']));
  }

  /** @param record - names and values. */
  static of(record: Readonly<Record<string, string>>): Labels {
    return Labels.from(Object.entries(record));
  }

  /** @param parts - name, value, name, value, ...: names in order, once each, no empty value. Not checked, not copied. */
  static fromSorted(parts: readonly string[]): Labels {
    return parts.length === 0 && Labels.empty !== undefined ? Labels.empty : new Labels(parts);
  }

  /** How many labels there are. */
  get size(): number {
    return this.#parts.length / 2;
  }

  /** The value of a label; empty when it is absent. */
  get(name: string): string {
    const parts = this.#parts;
    for (let i = 0; i < parts.length; i += 2) if (parts[i] === name) return parts[i + 1] ?? '';
    return '';
  }

  has(name: string): boolean {
    return this.get(name) !== '';
  }

  /** The name of the metric; empty when there is none. */
  get metricName(): string {
    return this.get(metricNameLabel);
  }

  /** A text that is equal for equal labels and different for different ones: the identity of the series. */
  get key(): string {
    return (this.#key ??= this.#parts.join('\xff'));
  }

  equals(other: Labels): boolean {
    return this === other || this.key === other.key;
  }

  /** Order of series in results: by name and value, label by label. */
  compare(other: Labels): number {
    const mine = this.#parts;
    const theirs = other.#parts;
    const shared = Math.min(mine.length, theirs.length);
    for (let i = 0; i < shared; i++) {
      const order = compareNames(mine[i] ?? '', theirs[i] ?? '');
      if (order !== 0) return order;
    }
    return mine.length - theirs.length;
  }

  /** These labels with others set or, where the value is empty, taken away. */
  with(changes: Readonly<Record<string, string>>): Labels {
    return Labels.from([...this.#entries(), ...Object.entries(changes)]);
  }

  /** Only those with these names. */
  keep(names: ReadonlySet<string>): Labels {
    return this.#filter((name) => names.has(name));
  }

  /** All but those with these names. */
  drop(names: ReadonlySet<string>): Labels {
    return this.#filter((name) => !names.has(name));
  }

  /** Without the name of the metric. */
  get withoutName(): Labels {
    return this.has(metricNameLabel) ? this.#filter((name) => name !== metricNameLabel) : this;
  }

  *[Symbol.iterator](): IterableIterator<Label> {
    for (const [name, value] of this.#entries()) yield { name, value };
  }

  /** As the HTTP API shows them. */
  toJSON(): Record<string, string> {
    return Object.fromEntries(this.#entries());
  }

  /** As PromQL writes them: `{__name__="up", job="api"}`. */
  toString(): string {
    return `{${[...this.#entries()].map(([name, value]) => `${quoteName(name)}=${quote(value)}`).join(', ')}}`;
  }

  *#entries(): IterableIterator<[name: string, value: string]> {
    const parts = this.#parts;
    for (let i = 0; i < parts.length; i += 2) yield [parts[i] ?? '', parts[i + 1] ?? ''];
  }

  #filter(isKept: (name: string) => boolean): Labels {
    const parts = this.#parts;
    const kept: string[] = [];
    for (let i = 0; i < parts.length; i += 2) {
      const name = parts[i] ?? '';
      if (isKept(name)) kept.push(name, parts[i + 1] ?? '');
    }
    return Labels.fromSorted(kept);
  }
}

/** Order of the UTF-8 bytes: that of UTF-16 units, but for surrogates, which stand for code points above all others. */
export function compareNames(one: string, other: string): number {
  const shared = Math.min(one.length, other.length);
  for (let i = 0; i < shared; i++) {
    const mine = one.charCodeAt(i);
    const theirs = other.charCodeAt(i);
    if (mine !== theirs) return codePointRank(mine) - codePointRank(theirs);
  }
  return one.length - other.length;
}

function codePointRank(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800;
}
