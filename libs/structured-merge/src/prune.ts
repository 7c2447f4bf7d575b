import { type Converter, convertIfServed } from './converter.ts';
import type { FieldError } from './field-error.ts';
import { FieldSet } from './field-set.ts';
import type { ManagedSet, Managers } from './managers.ts';
import { withNamedFields } from './named-fields.ts';
import { removeItems } from './remove.ts';
import { collectFields } from './to-field-set.ts';
import type { TypedValue } from './typed-value.ts';

/**
 * Removes the fields and items that the applying manager applied last time, does not apply this time, and no
 * manager owns.
 *
 * @param converter conversion between versions
 * @param merged live object with the new configuration merged in
 * @param managers owned fields, with the new set of the applying manager
 * @param last what the applying manager owned before; undefined when nothing
 * @param version version of the new configuration
 * @param errors receives what is wrong with the objects
 * @returns the pruned object, in `version`
 * Spec: structured-merge-diff v6, Updater.prune
 */
export function prune(
  converter: Converter,
  merged: TypedValue,
  managers: Managers,
  last: ManagedSet | undefined,
  version: string,
  errors: FieldError[],
): TypedValue {
  if (last === undefined || last.fieldSet.isEmpty) return merged;
  const atLast = convertIfServed(converter, merged, last.apiVersion);
  if (atLast === undefined) return merged;
  const stripped = removeItems(atLast, withNamedFields(last.fieldSet, atLast.type));
  const owned = addBackOwned(converter, atLast, stripped, last.apiVersion, managers, errors);
  const pruned = addBackDangling(converter, atLast, owned, last, errors);
  return converter.convert(pruned, version);
}

/** Undoes the removal of what some manager owns. */
function addBackOwned(
  converter: Converter,
  merged: TypedValue,
  pruned: TypedValue,
  prunedVersion: string,
  managers: Managers,
  errors: FieldError[],
): TypedValue {
  const owned = new Map<string, FieldSet>();
  // The pruned version first, since conversion to others may need fields that were pruned.
  const sorted = [...managers.values()].sort(
    (a, b) => Number(b.apiVersion === prunedVersion) - Number(a.apiVersion === prunedVersion),
  );
  for (const { apiVersion, fieldSet } of sorted) {
    owned.set(apiVersion, (owned.get(apiVersion) ?? FieldSet.EMPTY).union(fieldSet));
  }
  let full = merged;
  let rest = pruned;
  for (const [version, set] of owned) {
    const fullHere = convertIfServed(converter, full, version);
    const restHere = fullHere && convertIfServed(converter, rest, version);
    if (fullHere === undefined || restHere === undefined) continue;
    full = fullHere;
    const { type } = fullHere;
    const keep = withNamedFields(collectFields(restHere, errors), type).union(withNamedFields(set, type));
    const all = withNamedFields(collectFields(fullHere, errors), type);
    rest = removeItems(fullHere, all.difference(keep));
  }
  return rest;
}

/** Undoes the removal of what the applying manager did not own: such fields came from nobody on record. */
function addBackDangling(
  converter: Converter,
  merged: TypedValue,
  pruned: TypedValue,
  last: ManagedSet,
  errors: FieldError[],
): TypedValue {
  const prunedAtLast = convertIfServed(converter, pruned, last.apiVersion);
  if (prunedAtLast === undefined) return merged;
  const { type } = merged;
  const left = withNamedFields(collectFields(prunedAtLast, errors), type);
  const all = withNamedFields(collectFields(merged, errors), type);
  const owned = withNamedFields(last.fieldSet, type);
  return removeItems(merged, all.difference(left).intersection(owned));
}
