import {
  dns1035Label,
  dns1123Label,
  dns1123Subdomain,
  labelValue,
  qualifiedName,
} from '@plinth/kube-selector';
import { opaque } from '../checking/cel-type.ts';
import type { CelLibrary } from '../checking/declaration.ts';
import {
  declared,
  define,
  listOfDeclared,
  method,
  opaqueOf,
  optionalOfDeclared,
  overload,
} from '../checking/declared.ts';
import { patternFactor, scale, traversalFactor } from '../cost/cost-estimate.ts';
import { sizeOfArgument, traversal } from '../cost/runtime-cost.ts';
import { CelEvaluationError } from '../problem.ts';
import { typeConstant } from '../standard/standard-library.ts';
import { decodeBase64 } from '../values/base64.ts';
import { ListValue } from '../values/list-value.ts';
import { OpaqueValue } from '../values/opaque-value.ts';
import { OptionalValue } from '../values/optional-value.ts';
import { codePointLength } from '../values/text.ts';
import { parseTimestamp } from '../values/timestamp.ts';
import { converts } from './conversion.ts';
import { UrlValue } from './url-value.ts';

/** A form of strings that has a name. */
class FormatValue extends OpaqueValue {
  readonly typeName = 'kubernetes.NamedFormat';
  readonly name: string;
  /** Length of a pattern that would do the same, on which the cost depends. */
  readonly patternLength: number;
  /** What is wrong with a text, nothing when it is of this form. */
  readonly validate: (text: string) => readonly string[];

  constructor(name: string, patternLength: number, validate: (text: string) => readonly string[]) {
    super();
    this.name = name;
    this.patternLength = patternLength;
    this.validate = validate;
  }

  equals(other: unknown): boolean {
    return other instanceof FormatValue && other.name === this.name;
  }

  override toString(): string {
    return this.name;
  }
}

/** The longest of the patterns that stand for formats in Kubernetes, of which estimates know no more. */
const patternLengthMax = 128;

/** A prefix of a generated name may end in a dash, since more follows. */
function asPrefix(validate: (text: string) => string[]): (text: string) => string[] {
  return (text) => validate(text.length > 1 && text.endsWith('-') ? `${text.slice(0, -2)}a` : text);
}

function refuse(message: string, isValid: (text: string) => boolean): (text: string) => string[] {
  return (text) => (isValid(text) ? [] : [message]);
}

function uriFaults(text: string): string[] {
  try {
    return new UrlValue(text).text === text ? [] : ['is not a URI'];
  } catch (error) {
    if (error instanceof CelEvaluationError) return [error.message.replace(/^URL parse error[^:]*: /, '')];
    throw error;
  }
}

const isDate = (text: string) =>
  /^\d{4}-\d\d-\d\d$/.test(text) && converts(parseTimestamp)(`${text}T00:00:00Z`);
const isBase64 = (text: string) => text.length % 4 === 0 && text !== '' && decodeBase64(text) !== undefined;
const uuid = /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i;

/** Spec: apiserver pkg/cel/library/format.go, ConstantFormats. */
const formats: ReadonlyMap<string, FormatValue> = new Map(
  [
    new FormatValue('dns1123Label', 30, dns1123Label),
    new FormatValue('dns1123Subdomain', 60, dns1123Subdomain),
    new FormatValue('dns1035Label', 30, dns1035Label),
    new FormatValue('qualifiedName', 60, qualifiedName),
    new FormatValue('dns1123LabelPrefix', 30, asPrefix(dns1123Label)),
    new FormatValue('dns1123SubdomainPrefix', 60, asPrefix(dns1123Subdomain)),
    new FormatValue('dns1035LabelPrefix', 30, asPrefix(dns1035Label)),
    new FormatValue('labelValue', 40, labelValue),
    new FormatValue('uri', 1000, uriFaults),
    new FormatValue(
      'uuid',
      76,
      refuse('does not match the UUID format', (text) => uuid.test(text)),
    ),
    new FormatValue('byte', 73, refuse('invalid base64', isBase64)),
    new FormatValue('date', 127, refuse('invalid date', isDate)),
    new FormatValue('datetime', 127, refuse('invalid datetime', converts(parseTimestamp))),
  ].map((format) => [format.name, format]),
);

const { string } = declared;
const format = opaqueOf('kubernetes.NamedFormat', FormatValue);

function validate(named: FormatValue, text: string): OptionalValue {
  const faults = named.validate(text);
  return faults.length === 0 ? OptionalValue.none : OptionalValue.of(new ListValue(faults));
}

/** Names of formats. Spec: Kubernetes documentation, "Kubernetes format library". */
export const namedFormats: CelLibrary = {
  name: 'kubernetes.format',
  constants: [typeConstant('kubernetes.NamedFormat', opaque('kubernetes.NamedFormat'))],
  functions: [
    ...Array.from(formats, ([name, value]) =>
      define(
        `format.${name}`,
        overload(`format.${name}`, [], format, () => value),
      ),
    ),
    define(
      'format.named',
      overload('format-named', [string], optionalOfDeclared(format), (name) => {
        const named = formats.get(name);
        return named === undefined ? OptionalValue.none : OptionalValue.of(named);
      }),
    ),
    define(
      'validate',
      method('format-validate', [format, string], optionalOfDeclared(listOfDeclared(string)), validate, {
        cost: ({ patternLength }, text) =>
          traversal(codePointLength(text) + 1) * Math.ceil(patternLength * patternFactor),
        estimate: (_, text) => ({
          cost: scale(scale(sizeOfArgument(text), traversalFactor), patternLengthMax * patternFactor),
        }),
      }),
    ),
  ],
};
