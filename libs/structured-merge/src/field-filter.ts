import type { FieldSet } from './field-set.ts';

/** Takes out of a set the fields that nobody may own. */
export type FieldFilter = (set: FieldSet) => FieldSet;

/**
 * A filter that drops paths and everything below them, such as `.status` for the main resource.
 *
 * @param exclude the paths
 * @returns the filter
 * Spec: structured-merge-diff v6, NewExcludeSetFilter
 */
export function excludeFilter(exclude: FieldSet): FieldFilter {
  return (set) => set.recursiveDifference(exclude);
}
