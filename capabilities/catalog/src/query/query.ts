import type { EntityIndex, Indexed, Visible } from './entity-index.ts';
import type { Predicate } from './predicate.ts';

/** By which key entities are put in order, and which way. */
export interface Order {
  readonly field: string;
  readonly order: 'asc' | 'desc';
}

/** What entities are asked for, and in which order. */
export interface Selection {
  readonly predicate?: Predicate;
  readonly order: readonly Order[];
  readonly text?: { readonly term: string; readonly fields?: readonly string[] };
  /** Whether entities without the field that they are put in order by are left out. */
  readonly isStrict: boolean;
}

/** Selections that are remembered until an entity changes: pages of one list ask for the same again. */
const selectionsMax = 64;

/** A value of a key, as written, and how many entities have it. */
export interface FacetValue {
  readonly value: string;
  readonly count: number;
}

/** Answers selections, and remembers what they came to. */
export class EntityQueries {
  readonly #index: EntityIndex;
  #version = -1;
  readonly #known = new Map<string, readonly Indexed[]>();
  /** By selection and key; they go with the selections. */
  readonly #facets = new WeakMap<readonly Indexed[], Map<string, readonly FacetValue[]>>();

  constructor(index: EntityIndex) {
    this.#index = index;
  }

  /** The entities of a selection that a reader sees, in order. */
  select(selection: Selection, visible: Visible): readonly Indexed[] {
    if (this.#version !== this.#index.version || this.#known.size >= selectionsMax) this.#known.clear();
    this.#version = this.#index.version;
    const key = JSON.stringify([selection, [...visible].sort()]);
    let found = this.#known.get(key);
    if (!found) this.#known.set(key, (found = this.#select(selection, visible)));
    return found;
  }

  #select({ predicate, order, text, isStrict }: Selection, visible: Visible): readonly Indexed[] {
    let found = this.#index.all(visible);
    if (predicate) found = found.filter(this.#index.tester(predicate));
    const sortKey = order[0]?.field.toLowerCase();
    const term = text?.term.trim().toLowerCase() ?? '';
    if (term !== '') {
      const fields = text?.fields?.length ? text.fields : [sortKey ?? 'metadata.uid'];
      const columns = fields.map((field) => this.#index.column(field.toLowerCase()));
      found = found.filter((one) =>
        columns.some((column) => column.get(one)?.some(({ value }) => value?.includes(term))),
      );
    }
    if (isStrict && sortKey !== undefined) {
      const column = this.#index.column(sortKey);
      found = found.filter((one) => column.get(one)?.[0]?.value !== undefined);
    }
    return order.length === 0 ? found : this.#sort(found, order);
  }

  #sort(found: readonly Indexed[], orders: readonly Order[]): readonly Indexed[] {
    const rows = found.map((entity) => ({
      entity,
      keys: orders.map(({ field }) => this.#index.column(field.toLowerCase()).get(entity)?.[0]?.value),
    }));
    rows.sort((a, b) => {
      for (const [i, { order }] of orders.entries()) {
        const [left, right] = [a.keys[i], b.keys[i]];
        if (left === right) continue;
        // What lacks the field comes last, whichever way.
        if (left === undefined) return 1;
        if (right === undefined) return -1;
        return left < right === (order === 'asc') ? -1 : 1;
      }
      return a.entity.uid < b.entity.uid ? -1 : 1;
    });
    return rows.map(({ entity }) => entity);
  }

  /** How often each value of a key occurs in what `select` has answered, in the order of the values. */
  facet(found: readonly Indexed[], facet: string): readonly FacetValue[] {
    const known = this.#facets.get(found) ?? new Map<string, readonly FacetValue[]>();
    this.#facets.set(found, known);
    let values = known.get(facet);
    if (!values) known.set(facet, (values = this.#count(found, facet)));
    return values;
  }

  #count(found: readonly Indexed[], facet: string): readonly FacetValue[] {
    const column = this.#index.column(facet.toLowerCase());
    const counts = new Map<string, number>();
    for (const entity of found) {
      for (const { written } of column.get(entity) ?? []) {
        if (written !== undefined) counts.set(written, (counts.get(written) ?? 0) + 1);
      }
    }
    return [...counts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([value, count]) => ({ value, count }));
  }
}
