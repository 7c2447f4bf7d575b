import { quote } from '@plinth/go-format';
import { DurationSyntaxError, type Labels, parseDuration } from '@plinth/prometheus-model';
import { ParseError } from './parse-error.ts';
import { parseSeries } from './series-description.ts';

/** When the samples of a series started, from a line of its own before the samples. */
export interface StartTimestamps {
  readonly labels: Labels;
  /** Milliseconds from the timestamp of each sample, mostly negative; undefined where none is said. */
  readonly offsetsMs: readonly (number | undefined)[];
}

/** Most offsets of one line: repetitions are short to write. */
const offsetsMax = 1_000_000;

const line = /^\s*(\S*)@st\s+(.*)$/s;

/**
 * Reads a line such as `requests{job="api"}@st _ -30s-1mx2`: `_`, `_xN` (N times), `<duration>`, `<duration>xN` and
 * `<duration>+<duration>xN` (N+1 times). Spec: Prometheus 3.14, promql/promqltest/test.go, parseSTSequence.
 *
 * @returns undefined when the line has no `@st`.
 * @throws ParseError
 */
export function parseStartTimestamps(text: string): StartTimestamps | undefined {
  const [, metric, sequence] = line.exec(text) ?? [];
  if (metric === undefined || sequence === undefined) return undefined;
  const { labels } = parseSeries(`${metric} _`);
  const offsetsMs: (number | undefined)[] = [];
  for (const match of sequence.matchAll(/\S+/g)) {
    for (const offset of offsetsOf(text, match[0])) offsetsMs.push(offset);
  }
  return { labels, offsetsMs };
}

const item = /^(?:(_)|([+-]?)(\d+[a-wyz]*)(?:([+-])([+-]?)(\d+[a-wyz]*)(?=x))?)(?:x(\d+))?$/i;

function offsetsOf(text: string, written: string): readonly (number | undefined)[] {
  const refuse = (reason: string): never => {
    const start = text.lastIndexOf(written);
    const range = { start, end: start + written.length };
    throw new ParseError(text, [
      { range, message: `invalid @st sequence: invalid ST item ${quote(written)}: ${reason}` },
    ]);
  };
  const match = item.exec(written);
  if (!match) return refuse('expected _, _xN, <dur>, <dur>xN, <dur>+<dur>xN or <dur>-<dur>xN');
  const [, blank, sign, first = '0', stepSign, stepOwnSign, step, repetition] = match;
  const count = Number(repetition ?? 0);
  if (count > offsetsMax) return refuse(`more than ${offsetsMax} offsets`);
  if (blank !== undefined) {
    if (repetition !== undefined && count === 0) return refuse('invalid repeat count');
    return Array.from({ length: repetition === undefined ? 1 : count });
  }
  const start = milliseconds(first, sign === '-', refuse);
  const delta =
    step === undefined ? 0 : milliseconds(step, (stepSign === '-') !== (stepOwnSign === '-'), refuse);
  return Array.from({ length: count + 1 }, (_, index) => start + index * delta);
}

function milliseconds(text: string, isNegative: boolean, refuse: (reason: string) => never): number {
  try {
    const ms = parseDuration(text);
    return isNegative && ms !== 0 ? -ms : ms;
  } catch (error) {
    if (!(error instanceof DurationSyntaxError)) throw error;
    return refuse(`invalid duration ${quote(text)}: ${error.message}`);
  }
}
