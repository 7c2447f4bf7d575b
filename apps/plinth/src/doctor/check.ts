/** What an examination of one thing found. */
export interface Finding {
  /** What was examined, in one word. */
  readonly name: string;
  readonly ok: boolean;
  /** The fact. */
  readonly detail: string;
  /** What to do; absent when all is well. */
  readonly hint?: string;
  /** The file it is about. */
  readonly file?: string;
}

/** A finding that all is well. */
export function good(name: string, detail: string): Finding {
  return { name, ok: true, detail };
}

/** A finding that something is wrong. */
export function bad(name: string, detail: string, hint: string, file?: string): Finding {
  return { name, ok: false, detail, hint, ...(file === undefined ? {} : { file }) };
}
