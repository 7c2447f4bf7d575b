import { parseDuration } from '@plinth/prometheus-model';

import { parseSeries, type SeriesDescription } from '../../src/syntax/series-description.ts';
import { parseStartTimestamps } from '../../src/syntax/start-timestamps.ts';
import { unquote } from '../../src/syntax/string-syntax.ts';

/** The commands of a script. Spec: Prometheus 3.14, promql/promqltest/README.md. */
export type Command = { readonly kind: 'clear' } | LoadCommand | EvalCommand;

export interface LoadCommand {
  readonly kind: 'load';
  readonly stepMs: number;
  /** Histograms in classic form are loaded as native ones too. */
  readonly withNative: boolean;
  readonly series: readonly LoadedSeries[];
}

export interface LoadedSeries extends SeriesDescription {
  /** When each sample began, as a distance from its time in milliseconds; undefined where that is not said. */
  readonly starts: readonly (number | undefined)[] | undefined;
}

export interface EvalCommand {
  readonly kind: 'eval';
  /** From 1. */
  readonly line: number;
  readonly query: string;
  /** Undefined for a range query. */
  readonly timeMs: number | undefined;
  readonly range: { readonly startMs: number; readonly endMs: number; readonly stepMs: number };
  readonly isOrdered: boolean;
  /** Undefined: the query has to succeed. */
  readonly failure: Expected | undefined;
  readonly warnings: Expectation;
  readonly infos: Expectation;
  readonly scalar: number | undefined;
  readonly text: string | undefined;
  readonly series: readonly SeriesDescription[];
  /** The result is a string or a range vector, for which there is no range query. */
  readonly isInstantOnly: boolean;
}

/** A text that is expected. */
export type Expected = (found: string) => boolean;

/** What is expected of the annotations of a level. */
export interface Expectation {
  readonly none: boolean;
  readonly all: readonly Expected[];
}

const loadLine = /^load(?:_(with_nhcb))?\s+(.+?)$/;
const instantLine = /^eval(?:_(fail|warn|ordered|info))?\s+instant\s+(?:at\s+(.+?))?\s+(.+)$/;
const rangeLine = /^eval(?:_(fail|warn|info))?\s+range\s+from\s+(.+)\s+to\s+(.+)\s+step\s+(.+?)\s+(.+)$/;
const expectLine = /^expect\s+(ordered|fail|warn|no_warn|info|no_info)(?:\s+(regex|msg):(.+))?$/;
const expectRangeLine = /^expect range vector\s+from\s+(.+)\s+to\s+(.+)\s+step\s+(.+)$/;

export function parseScript(text: string): readonly Command[] {
  const lines = text.split('\n').map((line) => (line.trim().startsWith('#') ? '' : line.trim()));
  const commands: Command[] = [];
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i] ?? '';
    if (line === '') continue;
    const end = lines.indexOf('', i + 1);
    const body = lines.slice(i + 1, end < 0 ? lines.length : end);
    if (line.toLowerCase() === 'clear') commands.push({ kind: 'clear' });
    else if (line.startsWith('load')) {
      commands.push(parseLoad(line, body));
      i += body.length;
    } else if (line.startsWith('eval')) {
      commands.push(parseEval(line, body, i + 1));
      i += body.length;
    } else throw new Error(`line ${i + 1}: invalid command ${line}`);
  }
  return commands;
}

function parseLoad(line: string, body: readonly string[]): LoadCommand {
  const match = loadLine.exec(line);
  if (!match) throw new Error(`invalid load: ${line}`);
  const series: LoadedSeries[] = [];
  let starts: readonly (number | undefined)[] | undefined;
  for (const definition of body) {
    const started = parseStartTimestamps(definition);
    if (started) {
      starts = started.offsetsMs;
      continue;
    }
    series.push({ ...parseSeries(definition), starts });
    starts = undefined;
  }
  const stepMs = parseDuration(match[2] ?? '');
  return { kind: 'load', stepMs, withNative: match[1] !== undefined, series };
}

function parseEval(line: string, body: readonly string[], lineNumber: number): EvalCommand {
  const instant = instantLine.exec(line);
  const range = instant ? null : rangeLine.exec(line);
  const [mode, query] = instant ? [instant[1], instant[3]] : [range?.[1], range?.[5]];
  if (query === undefined) throw new Error(`line ${lineNumber}: invalid evaluation ${line}`);
  const timeMs = instant ? parseDuration(instant[2] ?? '0s') : undefined;
  const found = {
    isOrdered: mode === 'ordered',
    failure: mode === 'fail' ? (): boolean => true : undefined,
    warnings: { none: false, all: mode === 'warn' ? [(): boolean => true] : [] },
    infos: { none: false, all: mode === 'info' ? [(): boolean => true] : [] },
    scalar: undefined,
    text: undefined,
    series: [],
    isInstantOnly: false,
    range: {
      startMs: timeMs ?? parseDuration(range?.[2] ?? ''),
      endMs: timeMs ?? parseDuration(range?.[3] ?? ''),
      stepMs: range ? parseDuration(range[4] ?? '') : 0,
    },
  };
  const command: Mutable = { kind: 'eval', line: lineNumber, query, timeMs, ...found };
  for (const expected of body) readExpected(command, expected);
  return command;
}

type Mutable = { -readonly [Key in keyof EvalCommand]: EvalCommand[Key] };

function readExpected(command: Mutable, line: string): void {
  const vector = expectRangeLine.exec(line);
  if (vector) {
    const [startMs = 0, endMs = 0, stepMs = 0] = vector.slice(1).map(parseDuration);
    command.range = { startMs, endMs, stepMs };
    command.timeMs = endMs;
    command.isInstantOnly = true;
  } else if (line.startsWith('expect string')) {
    command.text = unquote(line.slice('expect string '.length));
    command.isInstantOnly = true;
  } else if (line.startsWith('expected_fail_message')) {
    const message = line.slice('expected_fail_message'.length).trim();
    command.failure = (found) => found === message;
  } else if (line.startsWith('expected_fail_regexp')) {
    const pattern = new RegExp(line.slice('expected_fail_regexp'.length).trim());
    command.failure = (found) => pattern.test(found);
  } else if (line.split(' ')[0] === 'expect') readExpectation(command, line);
  else if (/^[-+]?(?:\d|\.\d|inf|nan)/i.test(line) && !Number.isNaN(numberOf(line) ?? 0)) {
    command.scalar = numberOf(line);
  } else if (/^nan$/i.test(line)) command.scalar = Number.NaN;
  else command.series = [...command.series, parseSeries(line)];
}

function numberOf(text: string): number | undefined {
  const match = /^([-+]?)(?:inf|infinity)$/i.exec(text);
  if (match) return match[1] === '-' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  return Number(text);
}

function readExpectation(command: Mutable, line: string): void {
  const match = expectLine.exec(line);
  if (!match) throw new Error(`invalid expectation: ${line}`);
  const [, type, how, pattern = ''] = match;
  const expected = expectedText(how, pattern.trim());
  if (type === 'ordered') command.isOrdered = true;
  else if (type === 'fail') command.failure = expected;
  else if (type === 'no_warn') command.warnings = { none: true, all: [] };
  else if (type === 'no_info') command.infos = { none: true, all: [] };
  else if (type === 'warn') {
    command.warnings = { none: false, all: [...command.warnings.all, expected] };
  } else command.infos = { none: false, all: [...command.infos.all, expected] };
}

function expectedText(how: string | undefined, text: string): Expected {
  if (how === undefined) return () => true;
  if (how === 'msg') return (found) => found === text;
  const pattern = new RegExp(text);
  return (found) => pattern.test(found);
}
