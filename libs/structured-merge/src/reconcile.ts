import { type FieldError, type Outcome, outcome, prefixErrors, report } from './field-error.ts';
import { FieldSet, type FieldSetEntry } from './field-set.ts';
import type { ResolvedType } from './resolved-type.ts';

/**
 * Fits an owned set to a schema that has changed since the set was written. Where a list or map has become
 * atomic, the owner of a part now owns the whole. Where one has become granular nothing changes: the owner
 * keeps what it is recorded to own.
 *
 * @param set the owned fields
 * @param type type of the object now
 * @returns the set to use, the same instance when nothing changed, or errors for a schema that cannot be used
 * Spec: structured-merge-diff v6, ReconcileFieldSetWithSchema
 */
export function reconcileFieldSetWithSchema(set: FieldSet, type: ResolvedType): Outcome<FieldSet> {
  const errors: FieldError[] = [];
  return outcome(reconcileFieldSet(set, type, errors), errors);
}

/** As {@link reconcileFieldSetWithSchema}, with the errors added to a list of the caller. */
export function reconcileFieldSet(set: FieldSet, type: ResolvedType, errors: FieldError[]): FieldSet {
  // The root has no path, so even an atomic root is owned by its parts.
  return reconcileLevel(set, type, errors) ?? set;
}

/** The reconciled set; undefined when the whole level is now one leaf. */
function reconcileLevel(set: FieldSet, type: ResolvedType, errors: FieldError[]): FieldSet | undefined {
  const atom = type.preferred;
  switch (atom.kind) {
    case 'scalar':
      return set;
    case 'map':
      if (atom.schemaless) return set;
      if (atom.atomic) return undefined;
      return reconcileEntries(set, errors, ({ element }) => {
        const field = element.kind === 'field' ? atom.fields.get(element.content) : undefined;
        return field?.type ?? atom.element;
      });
    case 'list':
      return atom.atomic ? undefined : reconcileEntries(set, errors, () => atom.element);
    case 'invalid':
      report(errors, atom.message);
      return set;
  }
}

function reconcileEntries(
  set: FieldSet,
  errors: FieldError[],
  typeOf: (entry: FieldSetEntry) => ResolvedType | undefined,
): FieldSet {
  let same = true;
  const entries = set.entries.map((entry): FieldSetEntry => {
    const type = entry.children === undefined ? undefined : typeOf(entry);
    if (entry.children === undefined || type === undefined) return entry;
    const before = errors.length;
    const children = reconcileLevel(entry.children, type, errors);
    if (errors.length > before) prefixErrors(errors, before, entry.element);
    if (children === entry.children) return entry;
    same = false;
    return { element: entry.element, member: entry.member || children === undefined, children };
  });
  return same ? set : FieldSet.fromSorted(entries);
}
