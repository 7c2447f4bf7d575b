/** One fault in a manifest, with the place where a person can put it right. */
export type ManifestError = {
  /** The file's name as the caller gave it. */
  readonly file: string;
  /** Line, from 1. */
  readonly line: number;
  /** Column in UTF-16 code units, from 1. */
  readonly column: number;
  /** What is wrong: operation, object, found versus expected. */
  readonly message: string;
  /** What to do about it. */
  readonly hint: string;
  /** Index of the YAML document in the file, from 0; absent for faults of the file as a whole. */
  readonly document?: number;
};

/** A place in a text. */
export type Position = { readonly line: number; readonly column: number };

/**
 * Writes an error as one line, in the form that terminals and editors make a link of.
 * @param error the error
 * @returns `file:line:column: message (hint)`
 */
export function formatManifestError(error: ManifestError): string {
  return `${error.file}:${error.line}:${error.column}: ${error.message} (${error.hint})`;
}
