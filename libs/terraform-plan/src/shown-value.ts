import { isList, printJson, type Value } from '@plinth/terraform-json';

/** Characters of a value that are shown. */
const valueMax = 100;
/** Characters before the first difference of two long texts that are shown. */
const contextMax = 12;

/** Signs that move, hide or turn text around: C0 and C1 controls, joiners, bidirectional controls, line separators. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are looked for
const unprintable =
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/g;

/** A text in which nothing can steer a terminal, end a line or turn the reading direction. */
export function printable(text: string): string {
  return text
    .toWellFormed()
    .replaceAll(unprintable, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** A value in one line; long texts and those of several lines are cut, and say how long they are. */
export function shownValue(value: Value): string {
  if (typeof value === 'string') return shownText(value, 0);
  const text = printable(printJson(value));
  if (text.length <= valueMax) return text;
  const size = isList(value) ? `${value.length} elements` : `${grouped(text.length)} characters`;
  return `${cut(text, 0)}… (${size})`;
}

/** Two texts, from where they begin to differ when they are long. */
export function shownTexts(before: string, after: string): readonly [before: string, after: string] {
  const isShort = (text: string): boolean => text.length <= valueMax && !text.includes('\n');
  if (isShort(before) && isShort(after)) return [shownValue(before), shownValue(after)];
  let same = 0;
  while (same < before.length && same < after.length && before[same] === after[same]) same++;
  const start = same > contextMax * 2 ? same - contextMax : 0;
  return [shownText(before, start), shownText(after, start)];
}

/** A number with its thousands apart. */
function grouped(count: number): string {
  return String(count).replaceAll(/\B(?=(\d{3})+$)/g, ',');
}

function shownText(text: string, start: number): string {
  const lines = text.split('\n').length;
  const rest = cut(text, start);
  const isWhole = start === 0 && rest.length === text.length;
  const quoted = printable(JSON.stringify(rest));
  if (isWhole && lines === 1) return quoted;
  const inner = `${start > 0 ? '…' : ''}${quoted.slice(1, -1)}${start + rest.length < text.length ? '…' : ''}`;
  const size = `${grouped(text.length)} characters`;
  return `"${inner}" (${lines > 1 ? `${grouped(lines)} lines, ` : ''}${size})`;
}

/** Not within a pair of surrogates. */
function cut(text: string, start: number): string {
  return text.slice(start, start + valueMax).replace(/[\ud800-\udbff]$/, '');
}
