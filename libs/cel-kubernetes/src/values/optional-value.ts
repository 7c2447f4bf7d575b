/** A value that may be absent. */
export class OptionalValue {
  static readonly none = new OptionalValue(false, undefined);
  readonly present: boolean;
  readonly value: unknown;

  private constructor(present: boolean, value: unknown) {
    this.present = present;
    this.value = value;
  }

  static of(value: unknown): OptionalValue {
    return new OptionalValue(true, value);
  }
}
