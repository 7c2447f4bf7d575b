import {
  canonicalJson,
  childOf,
  hidden,
  isList,
  isRecord,
  jsonIn,
  type Path,
  pathText,
  type Step,
  type Value,
} from '@plinth/terraform-json';
import type { Change } from './plan.ts';
import { printable, shownTexts, shownValue } from './shown-value.ts';

/** One attribute that is not the same before and after. A side that has none is undefined. */
export interface ValueDifference {
  /** Such as `tags.owner`, `rules[0].port` or, within a text of JSON, `policy{}.Statement[0].Action`. */
  readonly path: string;
  readonly before: string | undefined;
  readonly after: string | undefined;
  /** Whether it is the reason that the object is replaced. */
  readonly isForcing: boolean;
}

/** What stands in the place of a value that is known after apply. */
export const knownAfterApply = '(known after apply)';

/** Characters of a path that are shown. */
const pathMax = 200;
/** Elements of two lists are matched up to this many pairs; longer lists are compared place by place. */
const pairsMax = 250_000;

/** A value with its marks. */
interface Side {
  readonly value: Value | undefined;
  readonly sensitive: Value;
  readonly unknown: Value;
}

const nothing: Side = { value: undefined, sensitive: false, unknown: false };

/**
 * The attributes of a redacted change that are not the same before and after, each by itself: of objects the members, of
 * lists the fewest elements, of texts of JSON the values within. What forces a replacement comes first, what is unknown last.
 */
export function differencesOf(change: Change, root: Path = []): readonly ValueDifference[] {
  const found: ValueDifference[] = [];
  const forcing = change.replacePaths.map((path) => [...root, ...path]);
  const comparison = new Comparison(found, forcing);
  comparison.compare(
    { label: '', path: root },
    { value: change.before ?? undefined, sensitive: change.beforeSensitive, unknown: false },
    {
      value: change.after ?? undefined,
      sensitive: change.afterSensitive,
      unknown: change.afterUnknown,
    },
  );
  const rank = (one: ValueDifference): number => {
    if (one.isForcing) return 0;
    return one.after === knownAfterApply ? 2 : 1;
  };
  return found
    .map((one, i) => [one, i] as const)
    .sort(([a, i], [b, k]) => rank(a) - rank(b) || i - k)
    .map(([one]) => one);
}

/** Where a value stands: `label` is the way to the text of JSON that it is within, if any. */
interface Place {
  readonly label: string;
  readonly path: Path;
}

class Comparison {
  readonly #found: ValueDifference[];
  readonly #forcing: readonly Path[];

  constructor(found: ValueDifference[], forcing: readonly Path[]) {
    this.#found = found;
    this.#forcing = forcing;
  }

  compare(place: Place, before: Side, after: Side): void {
    if (after.unknown === true) {
      this.#report(place, shownSide(before), knownAfterApply);
    } else if (before.sensitive === true || after.sensitive === true) {
      if (keyOf(before) !== keyOf(after)) this.#report(place, shownSide(before), shownSide(after));
    } else if (keyOf(before) !== keyOf(after)) this.#compareShapes(place, before, after);
  }

  #compareShapes(place: Place, before: Side, after: Side): void {
    const [a, b] = [before.value ?? undefined, after.value ?? undefined];
    const isObject = isRecord(b) || (isRecord(after.unknown) && b === undefined);
    if ((isRecord(a) && isObject) || (a === undefined && isObject) || (isRecord(a) && b === undefined)) {
      this.#compareMembers(place, before, after);
    } else if ((isList(a) || a === undefined) && (isList(b) || b === undefined)) {
      this.#compareElements(place, before, after);
    } else if (typeof a === 'string' && typeof b === 'string') this.#compareTexts(place, a, b);
    else this.#report(place, shownSide(before), shownSide(after));
  }

  #compareMembers(place: Place, before: Side, after: Side): void {
    const names = new Set(
      [before.value, after.value, after.unknown].flatMap((one) => (isRecord(one) ? Object.keys(one) : [])),
    );
    if (names.size === 0) this.#report(place, shownSide(before), shownSide(after));
    for (const name of [...names].sort()) {
      this.compare(within(place, name), childSide(before, name), childSide(after, name));
    }
  }

  #compareElements(place: Place, before: Side, after: Side): void {
    const [a, b] = [elementsOf(before), elementsOf(after)];
    if (a.length === 0 && b.length === 0) {
      this.#report(place, shownSide(before), shownSide(after));
      return;
    }
    for (const [i, k] of alignment(a.map(keyOf), b.map(keyOf))) {
      const step = k ?? i ?? 0;
      const [was, is] = [i === undefined ? nothing : a[i], k === undefined ? nothing : b[k]];
      this.compare(within(place, step), was ?? nothing, is ?? nothing);
    }
  }

  #compareTexts(place: Place, before: string, after: string): void {
    const [a, b] = [jsonIn(before), jsonIn(after)];
    if (a === undefined || b === undefined || canonicalJson(a) === canonicalJson(b)) {
      this.#report(place, ...shownTexts(before, after));
      return;
    }
    this.compare(
      { label: `${textAt(place)}{}`, path: [] },
      { ...nothing, value: a },
      { ...nothing, value: b },
    );
  }

  #report(place: Place, before: string | undefined, after: string | undefined): void {
    if (before === undefined && after === undefined) return;
    const isForcing =
      place.label === '' &&
      this.#forcing.some((path) => path.every((step, i) => i >= place.path.length || step === place.path[i]));
    const text = printable(textAt(place));
    const shown = text.length > pathMax ? `${text.slice(0, pathMax)}…` : text;
    this.#found.push({ path: shown, before, after, isForcing });
  }
}

function within({ label, path }: Place, step: Step): Place {
  return { label, path: [...path, step] };
}

function textAt({ label, path }: Place): string {
  const text = pathText(path);
  return label === '' || text === '' || text.startsWith('[') ? `${label}${text}` : `${label}.${text}`;
}

function childSide({ value, sensitive, unknown }: Side, step: Step): Side {
  return {
    value: childOf(value, step),
    sensitive: childOf(sensitive, step) ?? false,
    unknown: childOf(unknown, step) ?? false,
  };
}

function elementsOf(side: Side): readonly Side[] {
  const length = Math.max(
    isList(side.value) ? side.value.length : 0,
    isList(side.unknown) ? side.unknown.length : 0,
  );
  return Array.from({ length }, (_, i) => childSide(side, i));
}

/** A side as it is shown; undefined for nothing and null, which mean the same to Terraform. */
function shownSide({ value, sensitive, unknown }: Side): string | undefined {
  if (unknown === true) return knownAfterApply;
  if (value === undefined || value === null) return undefined;
  return sensitive === true ? hidden : shownValue(value);
}

/** The same for sides that are the same, whether something is marked in them or not. */
function keyOf({ value, unknown }: Side): string {
  return `${canonicalJson(value ?? null)} ${unknownKey(unknown)}`;
}

function unknownKey(unknown: Value): string {
  if (isList(unknown)) return `[${unknown.map(unknownKey).join()}]`.replace(/^\[[,]*\]$/, '');
  if (!isRecord(unknown)) return unknown === true ? '?' : '';
  const members = Object.entries(unknown).map(([name, one]) => [name, unknownKey(one)] as const);
  const marked = members.filter(([, key]) => key !== '').sort(([a], [b]) => (a < b ? -1 : 1));
  return marked.length === 0
    ? ''
    : `{${marked.map(([name, key]) => `${JSON.stringify(name)}${key}`).join()}}`;
}

type Pair = readonly [before: number | undefined, after: number | undefined];

/** Elements that are not the same, matched so that as few as possible are: pairs of changed ones, and single ones. */
function alignment(before: readonly string[], after: readonly string[]): readonly Pair[] {
  const pairs: Pair[] = [];
  let [i, k] = [0, 0];
  for (const [sameI, sameK] of [...commonElements(before, after), [before.length, after.length] as const]) {
    while (i < sameI && k < sameK) pairs.push([i++, k++]);
    while (i < sameI) pairs.push([i++, undefined]);
    while (k < sameK) pairs.push([undefined, k++]);
    i = sameI + 1;
    k = sameK + 1;
  }
  return pairs;
}

/** The places of a longest common subsequence. */
function commonElements(
  before: readonly string[],
  after: readonly string[],
): readonly (readonly [number, number])[] {
  const width = after.length + 1;
  if ((before.length + 1) * width > pairsMax) {
    return before.flatMap((one, i) => (one === after[i] ? [[i, i] as const] : []));
  }
  const longest = new Uint32Array((before.length + 1) * width);
  const at = (i: number, k: number): number => longest[i * width + k] ?? 0;
  for (let i = before.length - 1; i >= 0; i--) {
    for (let k = after.length - 1; k >= 0; k--) {
      longest[i * width + k] =
        before[i] === after[k] ? at(i + 1, k + 1) + 1 : Math.max(at(i + 1, k), at(i, k + 1));
    }
  }
  const common: [number, number][] = [];
  for (let i = 0, k = 0; i < before.length && k < after.length; ) {
    if (before[i] === after[k]) common.push([i++, k++]);
    else if (at(i + 1, k) >= at(i, k + 1)) i++;
    else k++;
  }
  return common;
}
