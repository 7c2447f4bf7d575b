const isStart = 1;
const isFurther = 2;
const isColon = 4;

/** What the characters of ASCII may be in a name that stands without quotes. */
const classes = new Uint8Array(128);
for (let code = 0; code < 128; code++) {
  const character = String.fromCharCode(code);
  if (character === ':') classes[code] = isColon;
  else if (/[a-zA-Z_]/.test(character)) classes[code] = isStart | isFurther;
  else if (/\d/.test(character)) classes[code] = isFurther;
}

function classOf(text: string, position: number): number {
  const code = text.charCodeAt(position);
  return code < 128 ? (classes[code] ?? 0) : 0;
}

/** Where the name of a metric that begins at an offset ends; the offset itself when there is none. */
export function metricNameEnd(text: string, start: number): number {
  return endOfName(text, start, isColon);
}

/** Where the name of a label that begins at an offset ends; the offset itself when there is none. */
export function labelNameEnd(text: string, start: number): number {
  return endOfName(text, start, 0);
}

function endOfName(text: string, start: number, more: number): number {
  if ((classOf(text, start) & (isStart | more)) === 0) return start;
  let end = start + 1;
  while ((classOf(text, end) & (isFurther | more)) !== 0) end++;
  return end;
}
