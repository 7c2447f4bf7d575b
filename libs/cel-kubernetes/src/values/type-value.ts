/** A type as a value: the result of `type(x)` and of a type's name. */
export class TypeValue {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }
}
