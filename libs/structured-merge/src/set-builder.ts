import { FieldSet, type FieldSetEntry } from './field-set.ts';
import { compareElements, type PathElement } from './path-element.ts';

/** Collects the entries of one level of a set, in any order, each element once. */
export class SetBuilder {
  private readonly entries: FieldSetEntry[] = [];
  private sorted = true;

  /** Adds an element, unless it is neither a member nor has children. */
  add(element: PathElement, member: boolean, children: FieldSet | undefined): void {
    if (!member && children === undefined) return;
    const last = this.entries.at(-1);
    if (last !== undefined && this.sorted) this.sorted = compareElements(last.element, element) < 0;
    this.entries.push({ element, member, children });
  }

  /** The set, or undefined when nothing was added. The builder is spent afterwards. */
  build(): FieldSet | undefined {
    if (this.entries.length === 0) return undefined;
    if (!this.sorted) this.entries.sort((a, b) => compareElements(a.element, b.element));
    return FieldSet.fromSorted(this.entries);
  }
}
