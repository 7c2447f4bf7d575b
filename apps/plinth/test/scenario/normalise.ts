/** What differs from run to run and says nothing: replaced by its name in angle brackets. */
const rules: readonly (readonly [pattern: RegExp, replacement: string])[] = [
  [/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/g, '<uid>'],
  [/\beyJ[\w-]+\.[\w-]+\.[\w-]+/g, '<token>'],
  [/\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g, '<time>'],
  [/\b[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d \+0000/g, '<time>'],
  [/\b\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)? \+0000 UTC/g, '<time>'],
  [/(resourceVersion"?: ?)"\d+"/g, '$1"<revision>"'],
  [/(?<=Resource Version: +)\d+/g, '<revision>'],
  [/\b((?:cv|run|plan|apply|polchk)-[\w-]+\.[\w-]+\.)[0-9a-f]{10}\b/g, '$1<run>'],
  [/\b((?:[Rr]un[/ =]|Run [\w-]+\/)[\w-]+-)[0-9a-f]{10}\b/g, '$1<run>'],
  [/https:\/\/127\.0\.0\.1:\d+/g, 'https://127.0.0.1:<port>'],
  [/\b(Who: +)\S+@\S+/g, '$1<user>'],
  [/\bkubectl\/v\d+\.\d+\.\d+\S*/g, 'kubectl/<version>'],
  [/127\.0\.0\.1:\d+/g, '127.0.0.1:<port>'],
  [/\b[EWI]\d{4} \d\d:\d\d:\d\d\.\d+ +\d+ (\w+\.go):\d+\]/g, '<log> $1]'],
  // An age at the end of a line or before another column; the columns behind it move with its width.
  [/(?<=(?:^|[\s(]))(?:\d+(?:\.\d+)?(?:ms|[smhdy])){1,2}( +)(?=\S)/gm, '<age>   '],
  [/(?<=(?:^|[\s(]))(?:\d+(?:\.\d+)?(?:ms|[smhdy])){1,2}(?=\s*$|\))/gm, '<age>'],
  [/\/kubectl-edit-\d+\.yaml/g, '/<edited>.yaml'],
];

/** The output of a command without what differs from run to run. `directory` is the one that the command ran in. */
export function normalise(text: string, directory: string): string {
  let normal = text.replaceAll(directory, '<dir>');
  for (const [pattern, replacement] of rules) normal = normal.replaceAll(pattern, replacement);
  return normal.replaceAll(/[ \t]+$/gm, '');
}
