import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseAllDocuments } from 'yaml';

const folder =
  process.env['PLINTH_CORPORA'] ?? fileURLToPath(new URL('../../../../shared/corpora', import.meta.url));

/** Why tests that read the corpora are skipped; false when they are there. */
export const corporaAbsent = existsSync(join(folder, 'promqltest'))
  ? false
  : 'the corpora are not here: set PLINTH_CORPORA to the folder with promqltest, alert-rules and slo';

/** A case of Prometheus' own tests of its parser. */
export interface ParserCase {
  readonly input: string;
  /** The exact text, where it is no UTF-8. */
  readonly inputBase64?: string;
  readonly ok: boolean;
  readonly error?: string;
  /** With ranges in bytes of UTF-8. */
  readonly errors?: readonly { readonly start: number; readonly end: number; readonly message: string }[];
  /** Where `errors` has the first one alone. */
  readonly errorCount?: number;
}

export function parserCases(name: 'parse-expressions' | 'parse-series'): readonly ParserCase[] {
  return JSON.parse(readFileSync(join(folder, 'promqltest', `${name}.json`), 'utf8'));
}

/** The expressions of rule files of others, each once: of `alert-rules`, or of the examples in `slo`. */
export function ruleExpressions(corpus: 'alert-rules' | 'slo'): readonly string[] {
  const found = new Set<string>();
  for (const file of globSync(`${corpus}/**/*.{yml,yaml}`, { cwd: folder })) {
    for (const document of parseAllDocuments(readFileSync(join(folder, file), 'utf8'))) {
      if (document.errors.length === 0) collectExpressions(document.toJS(), found);
    }
  }
  return [...found];
}

function collectExpressions(value: unknown, found: Set<string>): void {
  if (typeof value !== 'object' || value === null) return;
  for (const [key, child] of Object.entries(value)) {
    if (key === 'expr' && typeof child === 'string') found.add(child);
    else collectExpressions(child, found);
  }
}

const evalLine =
  /^eval(?:_\w+)?\s+(?:instant(?:\s+at\s+\S+)?|range\s+from\s+\S+\s+to\s+\S+\s+step\s+\S+)\s+(?<query>.*)$/;

/** The queries of Prometheus' acceptance scripts, each once. */
export function scriptQueries(): readonly string[] {
  const found = new Set<string>();
  for (const file of globSync('promqltest/testdata/*.test', { cwd: folder })) {
    for (const line of readFileSync(join(folder, file), 'utf8').split('\n')) {
      const query = evalLine.exec(line.trim())?.groups?.['query'];
      if (query !== undefined) found.add(query);
    }
  }
  return [...found];
}
