import { quote } from '@plinth/go-format';
import { goNumber } from './go-number.ts';

/** The machine-readable reasons of a field error, spelled as in Kubernetes' `StatusCause.reason`. */
export type FieldErrorType =
  | 'FieldValueNotFound'
  | 'FieldValueRequired'
  | 'FieldValueDuplicate'
  | 'FieldValueInvalid'
  | 'FieldValueNotSupported'
  | 'FieldValueForbidden'
  | 'FieldValueTooLong'
  | 'FieldValueTooMany'
  | 'FieldValueTypeInvalid';

/**
 * One thing wrong with one field.
 *
 * Spec: Kubernetes apimachinery, util/validation/field.Error.
 */
export interface FieldError {
  readonly type: FieldErrorType;
  /** Path such as `spec.containers[0].name`; empty for the object itself. */
  readonly field: string;
  /** The offending value; absent where printing it would not help. */
  readonly badValue?: unknown;
  /** What was expected; may be empty. */
  readonly detail: string;
}

const titles: Readonly<Record<FieldErrorType, string>> = {
  FieldValueNotFound: 'Not found',
  FieldValueRequired: 'Required value',
  FieldValueDuplicate: 'Duplicate value',
  FieldValueInvalid: 'Invalid value',
  FieldValueNotSupported: 'Unsupported value',
  FieldValueForbidden: 'Forbidden',
  FieldValueTooLong: 'Too long',
  FieldValueTooMany: 'Too many',
  FieldValueTypeInvalid: 'Invalid value',
};

const withoutValue: ReadonlySet<FieldErrorType> = new Set([
  'FieldValueRequired',
  'FieldValueForbidden',
  'FieldValueTooLong',
]);

/**
 * Prints a field error as Kubernetes' `field.Error.Error()` does, with the field in front.
 *
 * @example
 * formatFieldError(requiredValue('spec.image', '')) // 'spec.image: Required value'
 */
export function formatFieldError(error: FieldError): string {
  return `${error.field === '' ? '<nil>' : error.field}: ${formatFieldErrorBody(error)}`;
}

/** Prints a field error without the field: the `message` of a Kubernetes `StatusCause`. */
export function formatFieldErrorBody(error: FieldError): string {
  let text = titles[error.type];
  if (!withoutValue.has(error.type) && error.badValue !== undefined)
    text += `: ${formatValue(error.badValue)}`;
  return error.detail === '' ? text : `${text}: ${error.detail}`;
}

function formatValue(value: unknown): string {
  if (typeof value === 'string') return quote(value);
  if (typeof value === 'number') return goNumber(value);
  return JSON.stringify(value) ?? 'null';
}

/** `Required value`: the field is missing. */
export function requiredValue(field: string, detail: string): FieldError {
  return { type: 'FieldValueRequired', field, badValue: '', detail };
}

/** `Invalid value`: the field's value breaks a rule other than its type. */
export function invalidValue(field: string, badValue: unknown, detail: string): FieldError {
  return { type: 'FieldValueInvalid', field, badValue, detail };
}

/** `Invalid value` for a value of the wrong JSON type. */
export function typeInvalid(field: string, badValue: unknown, detail: string): FieldError {
  return { type: 'FieldValueTypeInvalid', field, badValue, detail };
}

/** `Forbidden`: the field must not be there. */
export function forbiddenValue(field: string, detail: string): FieldError {
  return { type: 'FieldValueForbidden', field, badValue: '', detail };
}

/** `Duplicate value`: another item has the same identity. */
export function duplicateValue(field: string, badValue: unknown): FieldError {
  return { type: 'FieldValueDuplicate', field, badValue, detail: '' };
}

/** `Unsupported value`: the value is not one of those listed. */
export function notSupported(field: string, badValue: unknown, supported: readonly string[]): FieldError {
  const detail = supported.length === 0 ? '' : `supported values: ${supported.map(quote).join(', ')}`;
  return { type: 'FieldValueNotSupported', field, badValue, detail };
}

/** `Too long`: the wording says bytes, as Kubernetes does, though the limit counts characters. */
export function tooLong(field: string, limit: number): FieldError {
  const detail = `may not be more than ${limit} ${limit === 1 ? 'byte' : 'bytes'}`;
  return { type: 'FieldValueTooLong', field, badValue: '<value omitted>', detail };
}

/** `Too many`: a list or map has more entries than allowed. */
export function tooMany(field: string, actual: number, limit: number): FieldError {
  const detail = `must have at most ${limit} ${limit === 1 ? 'item' : 'items'}`;
  return { type: 'FieldValueTooMany', field, badValue: actual, detail };
}
