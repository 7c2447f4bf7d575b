import type { CelCompileError } from '@plinth/cel-kubernetes';

/** Problems of one expression that are told. */
const problemsShownMax = 5;

/**
 * What is wrong with an expression, each problem with its place below the line that it is in.
 * Spec: cel-go, Issues.String.
 */
export function compilationFailure(expression: string, { problems }: CelCompileError): string {
  const lines = expression.split(/\r\n|\n|\r/);
  const shown = problems.slice(0, problemsShownMax).map(({ message, line, column }) => {
    const source = lines[line - 1] ?? '';
    return `ERROR: <input>:${line}:${column}: ${message}\n | ${source}\n | ${'.'.repeat(Math.max(0, column - 1))}^`;
  });
  const more = problems.length - shown.length;
  if (more > 0) shown.push(`and ${more} more`);
  return `compilation failed: ${shown.join('\n')}`;
}
