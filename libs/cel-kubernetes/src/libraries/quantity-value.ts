import { CelEvaluationError } from '../problem.ts';
import { OpaqueValue } from '../values/opaque-value.ts';

/** An amount of a resource, exact to a billionth. */
export class QuantityValue extends OpaqueValue {
  readonly typeName = 'kubernetes.Quantity';
  /** The amount in billionths. */
  readonly nanos: bigint;

  constructor(nanos: bigint) {
    super();
    this.nanos = nanos;
  }

  /** The whole number that it is, or undefined. */
  get whole(): bigint | undefined {
    return this.nanos % billion === 0n ? this.nanos / billion : undefined;
  }

  equals(other: unknown): boolean {
    return other instanceof QuantityValue && other.nanos === this.nanos;
  }

  override toString(): string {
    const magnitude = this.nanos < 0n ? -this.nanos : this.nanos;
    const fraction = (magnitude % billion).toString().padStart(9, '0').replace(/0+$/, '');
    return `${this.nanos < 0n ? '-' : ''}${magnitude / billion}${fraction === '' ? '' : `.${fraction}`}`;
  }
}

/** Billionths in one. */
export const billion = 1_000_000_000n;

const form = '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$';
const pattern = new RegExp(form);
/** Digits and exponents beyond this are no amounts but an attempt to make the process work. */
const digitsMax = 1000;
const binaryMax = 2n ** 63n - 1n;

const decimalExponents: Readonly<Record<string, number>> = {
  n: -9,
  u: -6,
  m: -3,
  '': 0,
  k: 3,
  M: 6,
  G: 9,
  T: 12,
  P: 15,
  E: 18,
};
const binaryPowers: Readonly<Record<string, bigint>> = {
  Ki: 10n,
  Mi: 20n,
  Gi: 30n,
  Ti: 40n,
  Pi: 50n,
  Ei: 60n,
};

/**
 * Reads a quantity such as `1.5Gi`, `250m` or `1e3`. What is finer than a billionth is rounded away from zero.
 *
 * Spec: apimachinery pkg/api/resource, ParseQuantity. @throws CelEvaluationError
 */
export function parseQuantity(text: string): QuantityValue {
  const found = text.length > digitsMax ? null : pattern.exec(text);
  const [, number = '', suffix = ''] = found ?? [];
  const digits = /^([+-]?)([0-9]*)(?:\.([0-9]*))?$/.exec(number);
  const [, sign = '', whole = '', fraction = ''] = digits ?? [];
  if (found === null || digits === null || whole + fraction === '') {
    throw new CelEvaluationError(`quantities must match the regular expression '${form}'`);
  }
  const amount = BigInt(whole + fraction);
  const magnitude = scaled(amount, -fraction.length, suffix);
  return new QuantityValue(sign === '-' ? -magnitude : magnitude);
}

function scaled(amount: bigint, exponent: number, suffix: string): bigint {
  const power = Object.hasOwn(binaryPowers, suffix) ? binaryPowers[suffix] : undefined;
  if (power !== undefined) {
    const nanos = shiftDecimal(amount << power, exponent + 9);
    const most = binaryMax * billion;
    return nanos > most ? most : nanos;
  }
  const known = Object.hasOwn(decimalExponents, suffix) ? decimalExponents[suffix] : undefined;
  if (known !== undefined) return shiftDecimal(amount, exponent + known + 9);
  const explicit = /^[eE]([+-]?[0-9]+)$/.exec(suffix);
  const given = Number(explicit?.[1]);
  if (explicit === null || Math.abs(given) > digitsMax) {
    throw new CelEvaluationError("unable to parse quantity's suffix");
  }
  return shiftDecimal(amount, exponent + given + 9);
}

/** The amount times a power of ten, rounded up. */
function shiftDecimal(amount: bigint, exponent: number): bigint {
  if (exponent >= 0) return amount * 10n ** BigInt(exponent);
  const divisor = 10n ** BigInt(-exponent);
  return (amount + divisor - 1n) / divisor;
}
