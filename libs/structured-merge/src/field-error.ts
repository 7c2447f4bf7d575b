import { elementToString, type PathElement } from './path-element.ts';

/** What is wrong with an object, and where. */
export interface FieldError {
  /** Printed path such as `.spec.list[name="a"]`; empty for the root. */
  readonly path: string;
  readonly message: string;
}

/** Result of a function that can find its input invalid. */
export type Outcome<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly errors: readonly FieldError[] };

/** Puts `element` in front of the paths of all errors from position `from` on. */
export function prefixErrors(errors: FieldError[], from: number, element: PathElement): void {
  const prefix = elementToString(element);
  for (let i = from; i < errors.length; i++) {
    const error = errors[i];
    if (error !== undefined) errors[i] = { path: prefix + error.path, message: error.message };
  }
}

/** Adds an error at the current place. */
export function report(errors: FieldError[], message: string): void {
  errors.push({ path: '', message });
}

/** `value` when no error was found, else the errors. */
export function outcome<T>(value: T, errors: readonly FieldError[]): Outcome<T> {
  return errors.length === 0 ? { ok: true, value } : { ok: false, errors };
}

/** One line for each error: `path: message`. */
export function errorsToString(errors: readonly FieldError[]): string {
  return errors.map((e) => (e.path === '' ? e.message : `${e.path}: ${e.message}`)).join('\n');
}
