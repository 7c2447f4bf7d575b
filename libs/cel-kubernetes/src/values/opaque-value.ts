/** A value that only functions look into. Subclasses name their CEL type. */
export abstract class OpaqueValue {
  abstract readonly typeName: string;

  /** Whether `==` holds; `other` can be any value. */
  abstract equals(other: unknown): boolean;
}
