import { formatFloatShort } from '@plinth/go-format';

/**
 * Prints a number as Go prints what its JSON decoder made of it: whole numbers in int64 range as
 * integers, all others as floats.
 *
 * @param value a finite number
 */
export function goNumber(value: number): string {
  if (Number.isInteger(value) && Math.abs(value) < 2 ** 63) return BigInt(value).toString();
  return formatFloatShort(value);
}
