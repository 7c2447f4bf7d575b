/**
 * Prints a number without an exponent, in as few digits as name it: Go's `FormatFloat(value, 'f', -1, 64)`, as PromQL prints its literals.
 *
 * @returns `+Inf`, `-Inf` and `NaN` for those.
 */
export function formatFloat(value: number): string {
  const text = value.toString();
  if (Object.is(value, -0)) return '-0';
  return isSimple(text) ? text : (special(value) ?? withoutExponent(text));
}

/**
 * Prints the value of a sample as the HTTP API does: like `formatFloat`, but with an exponent below 1e-6 and from 1e21 on.
 * Spec: Prometheus 3.14, util/jsonutil.
 */
export function formatSampleValue(value: number): string {
  const text = value.toString();
  if (Object.is(value, -0)) return '-0';
  return isSimple(text) ? text : (special(value) ?? goExponent(text));
}

/** Prints a number as Go's `%v` and `FormatFloat(value, 'g', -1, 64)`: with an exponent below 1e-4 and from 1e6 on. */
export function formatFloatShort(value: number): string {
  if (value === 0) return Object.is(value, -0) ? '-0' : '0';
  const plain = special(value);
  if (plain !== undefined) return plain;
  const scientific = value.toExponential();
  const power = Number(scientific.slice(scientific.indexOf('e') + 1));
  return power < -4 || power >= 6 ? goExponent(scientific) : formatFloat(value);
}

const simpleNumber = /^-?[\d.]+$/;

function isSimple(text: string): boolean {
  return simpleNumber.test(text);
}

function special(value: number): string | undefined {
  if (Number.isFinite(value)) return undefined;
  if (Number.isNaN(value)) return 'NaN';
  return value > 0 ? '+Inf' : '-Inf';
}

/** `1e-7` as Go writes it: `1e-07`. */
function goExponent(text: string): string {
  return text.replace(/e([+-])(\d)$/, 'e$10$2');
}

function withoutExponent(text: string): string {
  const [mantissa = '', exponent = '0'] = text.split('e');
  const sign = mantissa.startsWith('-') ? '-' : '';
  const [whole = '', fraction = ''] = mantissa.slice(sign.length).split('.');
  const power = Number(exponent);
  if (power < 0) return `${sign}0.${'0'.repeat(-power - whole.length)}${whole}${fraction}`;
  return `${sign}${whole}${fraction.padEnd(power, '0')}`;
}
