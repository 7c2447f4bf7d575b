import { createRequire } from 'node:module';
import type * as Engine from 're2js';

/** A compiled pattern, or why it cannot be compiled. */
export type Pattern =
  | { readonly ok: true; readonly test: (text: string) => boolean }
  | { readonly ok: false; readonly reason: string };

let engine: typeof Engine | undefined;

/**
 * Compiles a regular expression with RE2, whose matching time is linear in the text: the patterns come
 * from whoever may install a definition. A pattern matches when it is found anywhere in the text.
 *
 * The engine is loaded at the first pattern, because loading takes some 9 ms and most processes that
 * hold a schema never see a pattern.
 *
 * Spec: Kubernetes compiles `pattern` with Go's regexp package, which has RE2 syntax.
 */
export function compilePattern(source: string): Pattern {
  engine ??= createRequire(import.meta.url)('re2js') as typeof Engine;
  try {
    const compiled = engine.RE2JS.compile(source);
    return { ok: true, test: (text) => compiled.test(text) };
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return { ok: false, reason: error.message };
  }
}
