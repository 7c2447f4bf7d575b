import { compareElements, type Path, type PathElement, pathToString } from './path-element.ts';

/** One element at a level of a set. Never without member and children both. */
export interface FieldSetEntry {
  readonly element: PathElement;
  /** Whether the path that ends here is in the set. */
  readonly member: boolean;
  /** The paths that go on from here; undefined when none do, never empty. */
  readonly children: FieldSet | undefined;
}

/** Decides what becomes of an element present in one or both sets; undefined drops it. */
type Combine = (a: FieldSetEntry | undefined, b: FieldSetEntry | undefined) => FieldSetEntry | undefined;

/**
 * An immutable set of paths, held as a tree whose levels are sorted. A path in the set does not imply its
 * parents. Operations share what they do not change, and return the same instance when nothing changes.
 *
 * Spec: structured-merge-diff v6, fieldpath.Set
 */
export class FieldSet {
  static readonly EMPTY: FieldSet = new FieldSet([]);

  /** Entries of this level, in the order of `compareElements`. */
  readonly entries: readonly FieldSetEntry[];

  private constructor(entries: readonly FieldSetEntry[]) {
    this.entries = entries;
  }

  /** Makes a set of entries that are sorted, distinct and not empty. */
  static fromSorted(entries: readonly FieldSetEntry[]): FieldSet {
    return entries.length === 0 ? FieldSet.EMPTY : new FieldSet(entries);
  }

  /** The set of the given paths. The empty path is left out: nobody owns the whole object. */
  static of(...paths: readonly Path[]): FieldSet {
    let set = FieldSet.EMPTY;
    for (const path of paths) set = set.union(singlePath(path));
    return set;
  }

  /** Whether the set has no paths. */
  get isEmpty(): boolean {
    return this.entries.length === 0;
  }

  /** Number of paths. */
  get size(): number {
    let count = 0;
    for (const entry of this.entries) count += (entry.member ? 1 : 0) + (entry.children?.size ?? 0);
    return count;
  }

  /** The entry of an element at this level, or undefined. */
  entry(element: PathElement): FieldSetEntry | undefined {
    let low = 0;
    let high = this.entries.length - 1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      const entry = this.entries[middle];
      if (entry === undefined) return undefined;
      const order = compareElements(entry.element, element);
      if (order === 0) return entry;
      if (order < 0) low = middle + 1;
      else high = middle - 1;
    }
    return undefined;
  }

  /** Whether `path` itself is in the set. */
  has(path: Path): boolean {
    const [first, ...rest] = path;
    if (first === undefined) return false;
    const entry = this.entry(first);
    return rest.length === 0 ? (entry?.member ?? false) : (entry?.children?.has(rest) ?? false);
  }

  /** The paths in either set. */
  union(other: FieldSet): FieldSet {
    if (this === other || other.isEmpty) return this;
    return this.isEmpty ? other : join(this, other, unionEntries);
  }

  /** The paths in both sets. */
  intersection(other: FieldSet): FieldSet {
    if (this === other || this.isEmpty) return this;
    return other.isEmpty ? other : join(this, other, intersectEntries);
  }

  /** The paths that are not in `other`; paths below one in `other` stay. */
  difference(other: FieldSet): FieldSet {
    if (this === other) return FieldSet.EMPTY;
    return this.isEmpty || other.isEmpty ? this : join(this, other, subtractEntries);
  }

  /** The paths that are neither in `other` nor below a path in `other`. */
  recursiveDifference(other: FieldSet): FieldSet {
    if (this === other) return FieldSet.EMPTY;
    return this.isEmpty || other.isEmpty ? this : join(this, other, subtractTrees);
  }

  /** The paths below which the set has no other path. */
  leaves(): FieldSet {
    return FieldSet.fromSorted(
      this.entries.map((entry) =>
        entry.children === undefined
          ? entry
          : { element: entry.element, member: false, children: entry.children.leaves() },
      ),
    );
  }

  /** Whether both sets have the same paths. */
  equals(other: FieldSet): boolean {
    if (this === other) return true;
    if (this.entries.length !== other.entries.length) return false;
    return this.entries.every((a, i) => {
      const b = other.entries[i];
      if (b === undefined || a.element.text !== b.element.text || a.member !== b.member) return false;
      if (a.children === undefined || b.children === undefined) return a.children === b.children;
      return a.children.equals(b.children);
    });
  }

  /** All paths: those that end at a level, then those that go on from it. */
  *paths(prefix: Path = []): Generator<Path> {
    for (const entry of this.entries) {
      if (entry.member) yield [...prefix, entry.element];
    }
    for (const entry of this.entries) {
      if (entry.children !== undefined) yield* entry.children.paths([...prefix, entry.element]);
    }
  }

  /** One printed path on each line. */
  toString(): string {
    return Array.from(this.paths(), pathToString).join('\n');
  }
}

function singlePath(path: Path): FieldSet {
  let set: FieldSet | undefined;
  for (let i = path.length - 1; i >= 0; i--) {
    const element = path[i];
    if (element === undefined) continue;
    set = FieldSet.fromSorted([{ element, member: set === undefined, children: set }]);
  }
  return set ?? FieldSet.EMPTY;
}

function join(left: FieldSet, right: FieldSet, combine: Combine): FieldSet {
  const out: FieldSetEntry[] = [];
  let same = true;
  const put = (kept: FieldSetEntry | undefined, before: FieldSetEntry | undefined): void => {
    if (kept !== undefined) out.push(kept);
    if (kept !== before) same = false;
  };
  let i = 0;
  let j = 0;
  let a = left.entries[0];
  let b = right.entries[0];
  while (a !== undefined && b !== undefined) {
    const order = compareElements(a.element, b.element);
    if (order < 0) {
      put(combine(a, undefined), a);
      a = left.entries[++i];
    } else if (order > 0) {
      put(combine(undefined, b), undefined);
      b = right.entries[++j];
    } else {
      put(combine(a, b), a);
      a = left.entries[++i];
      b = right.entries[++j];
    }
  }
  for (; a !== undefined; a = left.entries[++i]) put(combine(a, undefined), a);
  for (; b !== undefined; b = right.entries[++j]) put(combine(undefined, b), undefined);
  return same ? left : FieldSet.fromSorted(out);
}

/** `entry` with other contents: the same instance when they are its own, undefined when there are none. */
function withContents(
  entry: FieldSetEntry,
  member: boolean,
  children: FieldSet | undefined,
): FieldSetEntry | undefined {
  const below = children?.isEmpty ? undefined : children;
  if (entry.member === member && entry.children === below) return entry;
  return member || below !== undefined ? { element: entry.element, member, children: below } : undefined;
}

const unionEntries: Combine = (a, b) => {
  if (a === undefined || b === undefined) return a ?? b;
  const children =
    a.children !== undefined && b.children !== undefined
      ? a.children.union(b.children)
      : (a.children ?? b.children);
  return withContents(a, a.member || b.member, children);
};

const intersectEntries: Combine = (a, b) => {
  if (a === undefined || b === undefined) return undefined;
  const children =
    a.children !== undefined && b.children !== undefined ? a.children.intersection(b.children) : undefined;
  return withContents(a, a.member && b.member, children);
};

const subtractEntries: Combine = (a, b) => {
  if (a === undefined || b === undefined) return a;
  const children = b.children === undefined ? a.children : a.children?.difference(b.children);
  return withContents(a, a.member && !b.member, children);
};

const subtractTrees: Combine = (a, b) => {
  if (a === undefined || b === undefined) return a;
  if (b.member) return undefined;
  const children = b.children === undefined ? a.children : a.children?.recursiveDifference(b.children);
  return withContents(a, a.member, children);
};
