import { FieldSet } from './field-set.ts';
import type { Managers } from './managers.ts';
import { type Path, pathToString } from './path-element.ts';
import { quoteForMessage } from './quote.ts';
import { compareStrings } from './value-order.ts';

/** A field that an apply would change although another manager owns it. */
export interface Conflict {
  /** Id of the manager that owns the field. */
  readonly manager: string;
  readonly path: Path;
}

/**
 * One conflict for each path of each manager.
 *
 * @param managers the fields in conflict, by the manager that owns them
 * @returns the conflicts, managers in order of their ids
 */
export function conflictsFromManagers(managers: Managers): readonly Conflict[] {
  const ids = [...managers.keys()].sort(compareStrings);
  return ids.flatMap((manager) =>
    Array.from(managers.get(manager)?.fieldSet.paths() ?? [], (path) => ({ manager, path })),
  );
}

/** All paths in conflict, whoever owns them. */
export function conflictsToSet(conflicts: readonly Conflict[]): FieldSet {
  return FieldSet.of(...conflicts.map((conflict) => conflict.path));
}

/**
 * The report of conflicts that Kubernetes clients know.
 *
 * @param conflicts at least one conflict
 * @returns one line for a single conflict, else a heading for each manager and a line for each path
 * Spec: structured-merge-diff v6, merge.Conflicts
 */
export function conflictsToString(conflicts: readonly Conflict[]): string {
  const [only] = conflicts;
  if (only !== undefined && conflicts.length === 1) {
    return `conflict with ${quoteForMessage(only.manager)}: ${pathToString(only.path)}`;
  }
  const byManager = Map.groupBy(conflicts, (conflict) => conflict.manager);
  return [...byManager.keys()]
    .sort(compareStrings)
    .flatMap((manager) => [
      `conflicts with ${quoteForMessage(manager)}:`,
      ...(byManager.get(manager) ?? []).map((conflict) => `- ${pathToString(conflict.path)}`),
    ])
    .join('\n');
}
