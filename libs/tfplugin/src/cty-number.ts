/**
 * A number that no JavaScript number stands for: an integer beyond 2^53, or more digits than a double keeps. `text` is plain
 * decimal notation without an exponent and without superfluous zeros.
 */
export class Decimal {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** Digits that a number may have before or after its point. Terraform itself keeps 512 bits, which is 155. */
const digitsMax = 2_000;
const pattern = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,6}))?$/;

/**
 * Reads a decimal number. A JavaScript number stands for the decimal number that it is printed as, so 0.1 is one tenth; what
 * none is printed as becomes a `Decimal`.
 * @returns undefined when the text is not a number, or has more than 2,000 digits.
 */
export function parseNumber(text: string): number | Decimal | undefined {
  const plain = plainText(text);
  if (plain === undefined) return undefined;
  const double = Number(plain);
  return Number.isFinite(double) && plainText(String(double)) === plain ? double : new Decimal(plain);
}

/** A finite number in plain decimal notation, as Terraform sends numbers that are no 64-bit integers. */
export function printNumber(value: number): string {
  return plainText(String(value)) ?? String(value);
}

/** All digits of a double: the number that it is, not the shortest one that is read as it. */
export function exactNumber(value: number): number | Decimal {
  if (Number.isSafeInteger(value) || !Number.isFinite(value)) return value;
  if (Number.isInteger(value)) return parseNumber(BigInt(value).toString()) ?? value;
  let shift = 0;
  let scaled = value;
  // Doubling is exact; a double becomes an integer after at most 1,074 of them.
  while (!Number.isInteger(scaled)) {
    scaled *= 2;
    shift++;
  }
  // scaled / 2^shift = scaled * 5^shift / 10^shift
  return parseNumber(`${BigInt(scaled) * 5n ** BigInt(shift)}e-${shift}`) ?? value;
}

function plainText(text: string): string | undefined {
  const [, sign = '', whole = '', fraction = '', exponentText = '0'] = pattern.exec(text) ?? [];
  const digits = whole + fraction;
  if (digits === '') return undefined;
  // How many of the digits stand before the point.
  const point = whole.length + Number(exponentText);
  if (Math.abs(point) > digitsMax || digits.length > digitsMax) return undefined;
  const padded = point > 0 ? digits.padEnd(point, '0') : '0'.repeat(1 - point) + digits;
  const split = Math.max(point, 1);
  const before = padded.slice(0, split).replace(/^0+(?=\d)/, '');
  const after = padded.slice(split).replace(/0+$/, '');
  const magnitude = after === '' ? before : `${before}.${after}`;
  return sign === '-' && magnitude !== '0' ? `-${magnitude}` : magnitude;
}
