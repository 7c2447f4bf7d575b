import { formatFloatShort } from '@plinth/go-format';
import { invalidValue } from './field-error.ts';
import { goNumber } from './go-number.ts';
import type { JSONSchemaProps } from './json-schema-props.ts';
import type { ValidationRun } from './validation-run.ts';
import type { ValueCheck } from './value-checks.ts';

type NumberRule = (value: number, run: ValidationRun) => void;

/** Compiles `format` (int32, int64, float, double), `multipleOf`, `minimum` and `maximum`. */
export function numberChecks(schema: JSONSchemaProps): readonly ValueCheck[] {
  const rules = [...rangeRule(schema), ...multipleRule(schema), ...boundRules(schema)];
  if (rules.length === 0) return [];
  return [
    (value, run) => {
      if (typeof value !== 'number') return;
      for (const rule of rules) rule(value, run);
    },
  ];
}

const maxFloat32 = 3.4028235677973366e38;

function rangeRule(schema: JSONSchemaProps): readonly NumberRule[] {
  const { type, format } = schema;
  let fits: ((value: number) => boolean) | undefined;
  if (type === 'integer' && format === 'int32') fits = (value) => value >= -(2 ** 31) && value < 2 ** 31;
  if (type === 'number' && format === 'float') fits = (value) => Math.abs(value) < maxFloat32;
  if (fits === undefined) return [];
  const test = fits;
  return [
    (value, run) => {
      if (test(value)) return;
      const field = run.at();
      const detail = `Checked value must be of type ${type} with format ${format} in ${field}`;
      run.errors.push(invalidValue(field, value, detail));
    },
  ];
}

function multipleRule(schema: JSONSchemaProps): readonly NumberRule[] {
  const factor = schema.multipleOf;
  if (factor === undefined) return [];
  return [
    (value, run) => {
      const field = run.at();
      if (factor <= 0) {
        const detail = `factor MultipleOf declared for ${field} must be positive: ${formatFloatShort(factor)}`;
        run.errors.push(invalidValue(field, factor, detail));
      } else if (!isMultiple(value, factor)) {
        const detail = `${field} in body should be a multiple of ${printLike(value, factor)}`;
        run.errors.push(invalidValue(field, value, detail));
      }
    },
  ];
}

/** Quotients within a billionth of a whole number count as whole, because 0.3 is no multiple of 0.1 in binary. */
function isMultiple(value: number, factor: number): boolean {
  if (Number.isInteger(value) && Number.isInteger(factor)) return value % factor === 0;
  const quotient = factor < 1 ? (1 / factor) * value : value / factor;
  const nearest = Math.round(quotient);
  return Math.abs(quotient - nearest) <= 1e-9 * Math.max(1, Math.abs(nearest));
}

function boundRules(schema: JSONSchemaProps): readonly NumberRule[] {
  const { minimum, maximum } = schema;
  const isMinExclusive = schema.exclusiveMinimum === true;
  const isMaxExclusive = schema.exclusiveMaximum === true;
  const rules: NumberRule[] = [];
  if (minimum !== undefined) {
    const relation = isMinExclusive ? 'greater than' : 'greater than or equal to';
    rules.push((value, run) => {
      if (isMinExclusive ? value > minimum : value >= minimum) return;
      refuse(run, value, `${relation} ${printLike(value, minimum)}`);
    });
  }
  if (maximum !== undefined) {
    const relation = isMaxExclusive ? 'less than' : 'less than or equal to';
    rules.push((value, run) => {
      if (isMaxExclusive ? value < maximum : value <= maximum) return;
      refuse(run, value, `${relation} ${printLike(value, maximum)}`);
    });
  }
  return rules;
}

function refuse(run: ValidationRun, value: number, expected: string): void {
  const field = run.at();
  run.errors.push(invalidValue(field, value, `${field} in body should be ${expected}`));
}

/** Prints a bound as an integer beside an integer value, and as a float beside others, as Go does. */
function printLike(value: number, bound: number): string {
  return Number.isInteger(value) ? goNumber(bound) : formatFloatShort(bound);
}
