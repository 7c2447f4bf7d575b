import { CelUnknown } from '../problem.ts';

/**
 * Stands in JSON for a value that nobody knows yet. It can be passed by, and its place in a list counts; whoever reads
 * it gets `CelUnknown`.
 */
export class UnknownValue {
  /** What it stands for, for people, such as `after.tags`. */
  readonly attributes: readonly string[];

  constructor(attributes: readonly string[] = []) {
    this.attributes = attributes;
  }
}

/** A piece of JSON, unless it is unknown. @throws CelUnknown */
export function known(json: unknown): unknown {
  if (json instanceof UnknownValue) throw new CelUnknown(json.attributes);
  return json;
}
