/** What a simulation found to be wrong. */
export class Violation extends Error {
  override name = 'Violation';
}

/** @throws Violation when `holds` is false */
export function invariant(holds: boolean, what: string): asserts holds {
  if (!holds) throw new Violation(what);
}
