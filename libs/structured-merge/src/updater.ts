import { type Comparison, compareObjects } from './compare.ts';
import { type Conflict, conflictsFromManagers } from './conflict.ts';
import { type Converter, convertIfServed } from './converter.ts';
import type { FieldError } from './field-error.ts';
import type { FieldFilter } from './field-filter.ts';
import { FieldSet } from './field-set.ts';
import type { ManagedSet, Managers } from './managers.ts';
import { mergeObjects } from './merge.ts';
import { prune } from './prune.ts';
import { reconcileFieldSet } from './reconcile.ts';
import { collectFields } from './to-field-set.ts';
import type { TypedValue } from './typed-value.ts';
import { validate } from './validate.ts';
import { valuesEqual } from './value-order.ts';

/** What the updater needs from outside. */
export interface UpdaterOptions {
  readonly converter: Converter;
  /** Fields that nobody owns and that never conflict, by API version. */
  readonly ignoreFilters?: ReadonlyMap<string, FieldFilter>;
}

/** An update of an object. */
export interface UpdateRequest {
  /** The stored object in `version`; value null when the object is created. */
  readonly live: TypedValue;
  /** The object to store, complete. */
  readonly object: TypedValue;
  /** API version of `live` and `object`. */
  readonly version: string;
  /** Who owns what now. */
  readonly managers: Managers;
  /** Id of the manager that asks. */
  readonly manager: string;
}

/** An apply of a configuration. */
export interface ApplyRequest {
  /** The stored object in `version`; value null when the object is created. */
  readonly live: TypedValue;
  /** The configuration: all fields that the manager wants to own. */
  readonly config: TypedValue;
  /** API version of `live` and `config`. */
  readonly version: string;
  /** Who owns what now. */
  readonly managers: Managers;
  /** Id of the manager that asks. */
  readonly manager: string;
  /** Whether to take fields over from other managers instead of reporting conflicts. */
  readonly force: boolean;
}

/** The object or the configuration does not fit its type. */
export interface InvalidObject {
  readonly kind: 'invalid';
  readonly errors: readonly FieldError[];
}

/** Result of an update. */
export type UpdateOutcome =
  | { readonly kind: 'updated'; readonly object: TypedValue; readonly managers: Managers }
  | InvalidObject;

/** Result of an apply. `changed` is false when `object` is equal to the live object, and is then that object. */
export type ApplyOutcome =
  | {
      readonly kind: 'applied';
      readonly object: TypedValue;
      readonly changed: boolean;
      readonly managers: Managers;
    }
  | { readonly kind: 'conflict'; readonly conflicts: readonly Conflict[] }
  | InvalidObject;

/** Ownership after a change, or the conflicts that forbid it. */
interface Transfer {
  readonly managers: Map<string, ManagedSet>;
  readonly comparison: Comparison;
  readonly conflicts: readonly Conflict[];
}

/**
 * Keeps track of which manager owns which field while objects are updated and applied. It has no state; inputs
 * are never changed, and results share parts with them.
 *
 * Spec: structured-merge-diff v6, merge.Updater; Kubernetes server-side apply
 */
export class Updater {
  private readonly converter: Converter;
  private readonly ignoreFilters: ReadonlyMap<string, FieldFilter>;

  /** @param options the converter and the fields to ignore */
  constructor(options: UpdaterOptions) {
    this.converter = options.converter;
    this.ignoreFilters = options.ignoreFilters ?? new Map();
  }

  /**
   * Replaces the live object: for create, replace and every patch but apply. The manager comes to own what it
   * adds or changes, other managers lose that; it never conflicts.
   *
   * @param request the update. `object` should be valid as of `validate` with `allowDuplicates`
   * @returns the object as given, and the managers afterwards; or what is wrong with the object
   * @throws what the converter throws, except for missing versions, whose managers are dropped
   */
  update(request: UpdateRequest): UpdateOutcome {
    const { live, object, version, manager } = request;
    const errors: FieldError[] = [];
    const managers = this.reconcile(live, request.managers, errors);
    const { managers: others, comparison } = this.transfer(
      live,
      object,
      version,
      managers,
      manager,
      true,
      errors,
    );
    if (errors.length > 0) return { kind: 'invalid', errors };
    const before = others.get(manager)?.fieldSet ?? FieldSet.EMPTY;
    const owned = before.difference(comparison.removed).union(comparison.modified).union(comparison.added);
    const fieldSet = this.filter(owned, version);
    if (fieldSet.isEmpty) others.delete(manager);
    else others.set(manager, { fieldSet, apiVersion: version, applied: false });
    return { kind: 'updated', object, managers: others };
  }

  /**
   * Merges a configuration into the live object. The manager comes to own exactly the fields of the
   * configuration; fields that it applied before and that nobody owns now are removed.
   *
   * @param request the apply
   * @returns the merged object and the managers afterwards; or the conflicts; or what is wrong with the
   *   configuration. Conflicts and errors leave nothing changed
   * @throws what the converter throws, except for missing versions, whose managers are dropped
   */
  apply(request: ApplyRequest): ApplyOutcome {
    const { live, config, version, manager, force } = request;
    const errors: FieldError[] = [...validate(config)];
    const managers = this.reconcile(live, request.managers, errors);
    const merged = mergeObjects(live, config, errors);
    const configSet = collectFields(config, errors);
    if (errors.length > 0) return { kind: 'invalid', errors };
    const last = managers.get(manager);
    managers.set(manager, { fieldSet: this.filter(configSet, version), apiVersion: version, applied: true });
    const pruned = prune(this.converter, merged, managers, last, version, errors);
    const transfer = this.transfer(live, pruned, version, managers, manager, force, errors);
    if (errors.length > 0) return { kind: 'invalid', errors };
    if (transfer.conflicts.length > 0) return { kind: 'conflict', conflicts: transfer.conflicts };
    const changed = !valuesEqual(live.value, pruned.value);
    return { kind: 'applied', object: changed ? pruned : live, changed, managers: transfer.managers };
  }

  /** Drops managers of versions that are gone, and fits the sets of the others to the present schema. */
  private reconcile(live: TypedValue, managers: Managers, errors: FieldError[]): Map<string, ManagedSet> {
    const out = new Map<string, ManagedSet>();
    const types = new Map<string, TypedValue | undefined>();
    for (const [id, managed] of managers) {
      const { apiVersion } = managed;
      if (!types.has(apiVersion)) types.set(apiVersion, convertIfServed(this.converter, live, apiVersion));
      const object = types.get(apiVersion);
      if (object === undefined) continue;
      const fieldSet = reconcileFieldSet(managed.fieldSet, object.type, errors);
      out.set(id, fieldSet === managed.fieldSet ? managed : { ...managed, fieldSet });
    }
    return out;
  }

  /** Takes changed and removed fields from all managers but `taker`. */
  private transfer(
    from: TypedValue,
    to: TypedValue,
    version: string,
    managers: ReadonlyMap<string, ManagedSet>,
    taker: string,
    force: boolean,
    errors: FieldError[],
  ): Transfer {
    const comparison = this.filterComparison(compareObjects(from, to, errors), version);
    const comparisons = new Map<string, Comparison | undefined>([[version, comparison]]);
    const kept = new Map<string, ManagedSet>();
    const conflicting = new Map<string, ManagedSet>();
    for (const [id, managed] of managers) {
      if (id === taker) {
        kept.set(id, managed);
        continue;
      }
      const { apiVersion } = managed;
      if (!comparisons.has(apiVersion)) {
        comparisons.set(apiVersion, this.compareAt(from, to, apiVersion, errors));
      }
      const changes = comparisons.get(apiVersion);
      if (changes === undefined) continue;
      const lost = managed.fieldSet.intersection(changes.modified.union(changes.added));
      if (!lost.isEmpty) conflicting.set(id, { ...managed, fieldSet: lost });
      const fieldSet = managed.fieldSet.difference(lost).difference(changes.removed);
      if (!fieldSet.isEmpty) kept.set(id, fieldSet === managed.fieldSet ? managed : { ...managed, fieldSet });
    }
    if (kept.get(taker)?.fieldSet.isEmpty) kept.delete(taker);
    return { managers: kept, comparison, conflicts: force ? [] : conflictsFromManagers(conflicting) };
  }

  /** The differences in another version; undefined when that version is missing. */
  private compareAt(
    from: TypedValue,
    to: TypedValue,
    version: string,
    errors: FieldError[],
  ): Comparison | undefined {
    const before = convertIfServed(this.converter, from, version);
    const after = before && convertIfServed(this.converter, to, version);
    if (before === undefined || after === undefined) return undefined;
    return this.filterComparison(compareObjects(before, after, errors), version);
  }

  private filter(set: FieldSet, version: string): FieldSet {
    const filter = this.ignoreFilters.get(version);
    return filter === undefined ? set : filter(set);
  }

  private filterComparison(comparison: Comparison, version: string): Comparison {
    const filter = this.ignoreFilters.get(version);
    if (filter === undefined) return comparison;
    return {
      added: filter(comparison.added),
      modified: filter(comparison.modified),
      removed: filter(comparison.removed),
    };
  }
}
