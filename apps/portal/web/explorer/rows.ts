import { entriesAt, listAt, shown, textAt } from '../api/json.ts';

/** A column of a server-side table. */
export interface TableColumn {
  readonly name: string;
  readonly description: string;
  /** 0: always shown. */
  readonly priority: number;
  readonly isNumber: boolean;
}

/** A row of a server-side table. Spec: Kubernetes meta/v1 Table. */
export interface TableRow {
  readonly key: string;
  readonly namespace: string;
  readonly name: string;
  readonly created: string;
  readonly cells: readonly string[];
  /** Labels, as `name=value`, for the filter. */
  readonly labels: readonly string[];
}

/** The columns of a table. */
export function columnsOf(table: unknown): TableColumn[] {
  return listAt(table, 'columnDefinitions').map((column) => ({
    name: textAt(column, 'name'),
    description: textAt(column, 'description'),
    priority: Number(textAt(column, 'priority') || 0),
    isNumber: ['integer', 'number'].includes(textAt(column, 'type')),
  }));
}

/** The rows of a table. */
export function rowsOf(table: unknown): TableRow[] {
  return listAt(table, 'rows').map((row) => {
    const namespace = textAt(row, 'object', 'metadata', 'namespace');
    const name = textAt(row, 'object', 'metadata', 'name');
    const labels = entriesAt(row, 'object', 'metadata', 'labels').map(
      ([label, value]) => `${label}=${shown(value)}`,
    );
    return {
      key: `${namespace}/${name}`,
      namespace,
      name,
      created: textAt(row, 'object', 'metadata', 'creationTimestamp'),
      cells: listAt(row, 'cells').map((_, i) => textAt(row, 'cells', i)),
      labels,
    };
  });
}

function order(left: TableRow, right: TableRow): number {
  return left.key < right.key ? -1 : left.key > right.key ? 1 : 0;
}

/** Rows in the order in which they are shown. */
export function sorted(rows: readonly TableRow[]): TableRow[] {
  return [...rows].sort(order);
}

/** Rows after events of a watch: a table of one row each. */
export function applyEvents(
  rows: readonly TableRow[],
  events: readonly { readonly type: string; readonly object: unknown }[],
): TableRow[] {
  const byKey = new Map(rows.map((row) => [row.key, row]));
  for (const { type, object } of events) {
    for (const row of rowsOf(object)) {
      if (type === 'DELETED') byKey.delete(row.key);
      else byKey.set(row.key, row);
    }
  }
  return sorted([...byKey.values()]);
}

/** Rows that have every word of a filter in a cell, the namespace or a label. */
export function filtered(rows: readonly TableRow[], filter: string): readonly TableRow[] {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return rows;
  return rows.filter((row) => {
    const text = [row.namespace, ...row.cells, ...row.labels].join('\n').toLowerCase();
    return words.every((word) => text.includes(word));
  });
}
