import { listAt, memberOf, textAt } from './json.ts';

/** Asks for the server's own table of a list. Spec: Kubernetes meta/v1 Table. */
export const tableAccept = 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json';

/**
 * Writes the pages of a table as columns.
 *
 * @param pages Table objects; the first that has column definitions counts for all
 * @param options `wide` adds the columns of lower priority, `withNamespace` a column before them
 * @returns lines with their ends; empty when there are no rows
 */
export function formatTable(
  pages: readonly unknown[],
  { wide, withNamespace }: { wide: boolean; withNamespace: boolean },
): string {
  const definitions =
    pages.map((page) => listAt(page, 'columnDefinitions')).find((found) => found.length > 0) ?? [];
  const shown = definitions
    .map((definition, place) => ({
      place,
      name: textAt(definition, 'name'),
      priority: memberOf(definition, 'priority'),
    }))
    .filter(({ priority }) => wide || priority === undefined || priority === 0);
  const rows = pages.flatMap((page) => listAt(page, 'rows'));
  if (rows.length === 0) return '';
  const header = shown.map(({ name }) => name.toUpperCase());
  const lines = rows.map((row) => {
    const cells = listAt(row, 'cells');
    const texts = shown.map(({ place }) => cellText(cells[place]));
    return withNamespace ? [textAt(row, 'object', 'metadata', 'namespace'), ...texts] : texts;
  });
  return aligned([withNamespace ? ['NAMESPACE', ...header] : header, ...lines]);
}

/** Rows with their columns three spaces apart, as kubectl writes them. */
export function aligned(rows: readonly (readonly string[])[]): string {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [column, cell] of row.entries()) widths[column] = Math.max(widths[column] ?? 0, cell.length);
  }
  return rows
    .map(
      (row) =>
        `${row
          .map((cell, column) => cell.padEnd(widths[column] ?? 0))
          .join('   ')
          .trimEnd()}\n`,
    )
    .join('');
}

/** A cell on one line: control characters of an object's text do not reach the terminal. */
function cellText(value: unknown): string {
  if (value === null || value === undefined) return '<none>';
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ');
}
