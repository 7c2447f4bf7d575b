import { formatFloatShort } from './float.ts';
import { quote, quoteCharacter } from './quote.ts';

/** What can be printed: a bigint is an integer of Go, a number a float64. Others print by `toString()`. */
export type FormatValue = undefined | null | boolean | bigint | number | string | { toString(): string };

interface Directive {
  readonly flags: string;
  readonly width: number | undefined;
  readonly precision: number | undefined;
  readonly verb: string;
}

const directive = /%([+\-# 0]*)(\d+|\*)?(?:\.(\d+|\*)?)?(.)/gsu;
/** Characters that a width or a precision may ask for. */
const lengthMax = 1_000;

/**
 * Prints values by a format. Spec: Go, package fmt. Width, precision, the flags `+ - # 0` and space, and the verbs
 * v s q d b o x X c U e E f F g G t T % are known.
 *
 * @param typeOf - names the type of a value for `%T` and for what does not fit: `%!d(string=hi)`.
 */
export function sprintf(
  format: string,
  values: readonly FormatValue[],
  typeOf: (value: FormatValue) => string,
): string {
  let next = 0;
  let hasStar = false;
  const star = (text: string | undefined): number | undefined => {
    if (text !== '*') return text === undefined ? undefined : Math.min(Number(text), lengthMax);
    hasStar = true;
    return Math.min(Number(values[next++] ?? 0), lengthMax);
  };
  const text = format.replace(
    directive,
    (whole, flags: string, width: string | undefined, precision: string | undefined, verb: string) => {
      if (verb === '%') return '%';
      const hasPrecision = whole.includes('.');
      const asked: Directive = {
        flags,
        width: star(width),
        precision: star(precision) ?? (hasPrecision ? 0 : undefined),
        verb,
      };
      if (next >= values.length) return `%!${verb}(MISSING)`;
      return printed(values[next++], asked, typeOf);
    },
  );
  const bare =
    text.endsWith('%') && /(?:^|[^%])(?:%%)*%$/.test(format) ? `${text.slice(0, -1)}%!(NOVERB)` : text;
  if (next >= values.length || hasStar) return bare;
  const extra = values.slice(next).map((value) => `${typeOf(value)}=${plain(value)}`);
  return `${bare}%!(EXTRA ${extra.join(', ')})`;
}

/** A value as `%v` prints it. */
function plain(value: FormatValue): string {
  if (value === undefined || value === null) return '<nil>';
  return typeof value === 'number' ? formatFloatShort(value) : value.toString();
}

function printed(value: FormatValue, asked: Directive, typeOf: (value: FormatValue) => string): string {
  const { verb } = asked;
  if (verb === 'T') return padded(typeOf(value), asked);
  const text = textOf(value, asked);
  if (text === undefined) return `%!${verb}(${typeOf(value)}=${plain(value)})`;
  return text;
}

function textOf(value: FormatValue, asked: Directive): string | undefined {
  const { verb } = asked;
  if (typeof value === 'number') return floatText(value, asked);
  if (typeof value === 'bigint') return integerText(value, asked);
  if (typeof value === 'boolean')
    return verb === 't' || verb === 'v' ? padded(String(value), asked) : undefined;
  const text = plain(value);
  switch (verb) {
    case 'v':
    case 's':
      return padded(truncated(text, asked.precision), asked);
    case 'q':
      return padded(quote(truncated(text, asked.precision)), asked);
    case 'x':
    case 'X': {
      const hex = Buffer.from(text).toString('hex');
      return padded(verb === 'x' ? hex : hex.toUpperCase(), asked);
    }
    default:
      return undefined;
  }
}

function truncated(text: string, precision: number | undefined): string {
  return precision === undefined ? text : Array.from(text).slice(0, precision).join('');
}

function integerText(value: bigint, asked: Directive): string | undefined {
  const { verb, flags } = asked;
  const digits = (radix: number): string => (value < 0n ? -value : value).toString(radix);
  const prefix = flags.includes('#') ? verb : '';
  switch (verb) {
    case 'v':
    case 'd':
      return signed(value < 0n, digits(10), asked);
    case 'b':
      return signed(value < 0n, digits(2), asked);
    case 'o':
      return signed(value < 0n, `${prefix === '' ? '' : '0'}${digits(8)}`, asked);
    case 'x':
    case 'X': {
      const text = `${prefix === '' ? '' : `0${verb}`}${digits(16)}`;
      return signed(value < 0n, verb === 'x' ? text : text.toUpperCase(), asked);
    }
    case 'c':
      return padded(String.fromCodePoint(Number(value)), asked);
    case 'q':
      return padded(quoteCharacter(String.fromCodePoint(Number(value))), asked);
    case 'U':
      return padded(`U+${digits(16).toUpperCase().padStart(4, '0')}`, asked);
    default:
      return undefined;
  }
}

function floatText(value: number, asked: Directive): string | undefined {
  const { precision, verb } = asked;
  if (!'vgGeEfF'.includes(verb)) return undefined;
  const magnitude = Math.abs(value);
  const isNegative = value < 0 || Object.is(value, -0);
  if (!Number.isFinite(value)) {
    const text = Number.isNaN(value) ? 'NaN' : 'Inf';
    const sign = isNegative ? '-' : text === 'Inf' || asked.flags.includes('+') ? '+' : '';
    return padded(`${sign}${text}`, { ...asked, flags: asked.flags.replaceAll('0', '') });
  }
  return signed(isNegative, magnitudeText(magnitude, verb, precision), asked);
}

function magnitudeText(magnitude: number, verb: string, precision: number | undefined): string {
  switch (verb) {
    case 'f':
    case 'F':
      return fixed(magnitude, precision ?? 6);
    case 'e':
    case 'E': {
      const text = twoDigitExponent(exponential(magnitude, Math.min(precision ?? 6, 100)));
      return verb === 'e' ? text : text.toUpperCase();
    }
    default: {
      const text = precision === undefined ? formatFloatShort(magnitude) : general(magnitude, precision);
      return verb === 'G' ? text.toUpperCase() : text;
    }
  }
}

/** Number.toFixed gives up on large numbers. */
function fixed(magnitude: number, precision: number): string {
  const digits = Math.min(precision, 100);
  if (magnitude < 1e21)
    return halfToEven(magnitude.toFixed(digits), digits, (more) => magnitude.toFixed(more));
  return `${BigInt(magnitude)}${digits > 0 ? `.${'0'.repeat(digits)}` : ''}`;
}

function exponential(magnitude: number, digits: number): string {
  const [mantissa = '', exponent = ''] = magnitude.toExponential(digits).split('e');
  const mantissaOf = (more: number): string => magnitude.toExponential(more).split('e', 1)[0] ?? '';
  return `${halfToEven(mantissa, digits, mantissaOf)}e${exponent}`;
}

/** Digits beyond those asked for that are looked at to see whether a number lies halfway between two others. */
const furtherDigits = 30;

/** JavaScript rounds what lies halfway up, Go to the even digit. */
function halfToEven(rounded: string, digits: number, textOf: (digits: number) => string): string {
  if (digits + furtherDigits > 100) return rounded;
  const exact = textOf(digits + furtherDigits);
  if (!/^50*$/.test(exact.slice(-furtherDigits))) return rounded;
  const truncated = exact.slice(0, -furtherDigits).replace(/\.$/, '');
  return '02468'.includes(truncated.at(-1) ?? '') ? truncated : rounded;
}

/** `%.4g`: so many significant digits, without zeros at the end. */
function general(magnitude: number, precision: number): string {
  const digits = Math.min(Math.max(precision, 1), 100);
  const scientific = exponential(magnitude, digits - 1);
  const power = Number(scientific.slice(scientific.indexOf('e') + 1));
  if (power < -4 || power >= digits) {
    return twoDigitExponent(scientific.replace(/\.?0*e/, 'e').replace(/^(\d)\.?e/, '$1e'));
  }
  const text = fixed(magnitude, digits - 1 - power);
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}

function twoDigitExponent(text: string): string {
  return text.replace(/e([+-])(\d)$/, 'e$10$2');
}

function signed(isNegative: boolean, digits: string, asked: Directive): string {
  const { flags, width = 0 } = asked;
  const sign = isNegative ? '-' : flags.includes('+') ? '+' : flags.includes(' ') ? ' ' : '';
  if (flags.includes('0') && !flags.includes('-')) {
    return `${sign}${digits.padStart(width - sign.length, '0')}`;
  }
  return padded(`${sign}${digits}`, asked);
}

function padded(text: string, { flags, width = 0 }: Directive): string {
  const missing = width - Array.from(text).length;
  if (missing <= 0) return text;
  const fill = ' '.repeat(missing);
  return flags.includes('-') ? text + fill : fill + text;
}
