import { FieldSet, type FieldSetEntry } from './field-set.ts';
import type { PathElement } from './path-element.ts';
import type { ResolvedType } from './resolved-type.ts';

/**
 * Adds the struct fields that paths of the set go through, such as `a` of `a.b`, as far as the schema declares
 * them. Removing a set that has them removes a struct together with its last field.
 *
 * Spec: structured-merge-diff v6, Set.EnsureNamedFieldsAreMembers
 */
export function withNamedFields(set: FieldSet, type: ResolvedType | undefined): FieldSet {
  let same = true;
  const entries = set.entries.map((entry): FieldSetEntry => {
    if (entry.children === undefined) return entry;
    const children = withNamedFields(entry.children, typeBelow(type, entry.element));
    const member = entry.member || isDeclared(type, entry.element);
    if (children === entry.children && member === entry.member) return entry;
    same = false;
    return { element: entry.element, member, children };
  });
  return same ? set : FieldSet.fromSorted(entries);
}

function isDeclared(type: ResolvedType | undefined, element: PathElement): boolean {
  return element.kind === 'field' && (type?.map?.fields.has(element.content) ?? false);
}

function typeBelow(type: ResolvedType | undefined, element: PathElement): ResolvedType | undefined {
  if (element.kind === 'field') return type?.map?.fields.get(element.content)?.type ?? type?.map?.element;
  return element.kind === 'key' ? type?.list?.element : undefined;
}
