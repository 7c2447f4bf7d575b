import { type ReactNode, type RefObject, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { Age, State } from '../design/state.tsx';
import { isStateColumn, toneOf } from '../design/tone.ts';
import { Link, navigate } from '../shell/router.tsx';
import type { TableColumn, TableRow } from './rows.ts';

/** Height of a row in pixels, as the style sheet has it. */
const rowPx = 32;
/** Rows that are drawn beyond those that are seen, on either side. */
const spare = 12;

interface VirtualTableProps {
  readonly columns: readonly TableColumn[];
  readonly rows: readonly TableRow[];
  readonly showsNamespace: boolean;
  readonly placeOf: (row: TableRow) => string;
  readonly label: string;
}

/**
 * A table of any length, of which only what is seen is drawn. When rows come or go above the one that is first seen, it is
 * scrolled by as much, so that what one reads stays where it is.
 */
export function VirtualTable({
  columns,
  rows,
  showsNamespace,
  placeOf,
  label,
}: VirtualTableProps): ReactNode {
  const { scroller, range, look } = useRange(rows);
  const shownColumns = columns
    .map((column, i) => ({ ...column, i }))
    .filter(({ priority }) => priority === 0);

  const seen = rows.slice(range.from, range.to);
  const before = range.from * rowPx;
  const after = Math.max(0, rows.length - range.from - seen.length) * rowPx;
  const width = shownColumns.length + (showsNamespace ? 1 : 0);
  return (
    <div
      className="table-scroll"
      ref={scroller}
      onScroll={look}
      tabIndex={0}
      role="region"
      aria-label={label}
    >
      <table aria-rowcount={rows.length + 1}>
        <thead>
          <tr>
            {showsNamespace ? <th scope="col">Namespace</th> : null}
            {shownColumns.map(({ name, description, isNumber }) => (
              <th scope="col" key={name} title={description} className={isNumber ? 'number' : undefined}>
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {before > 0 ? (
            <tr aria-hidden="true">
              <td colSpan={width} style={{ height: before, padding: 0, border: 0 }} />
            </tr>
          ) : null}
          {seen.map((row, i) => (
            <tr key={row.key} aria-rowindex={range.from + i + 2} onDoubleClick={() => navigate(placeOf(row))}>
              {showsNamespace ? <td className="dim">{row.namespace}</td> : null}
              {shownColumns.map((column) => (
                <td key={column.name} className={column.isNumber ? 'number' : undefined}>
                  <Cell column={column} row={row} text={row.cells[column.i] ?? ''} place={placeOf(row)} />
                </td>
              ))}
            </tr>
          ))}
          {after > 0 ? (
            <tr aria-hidden="true">
              <td colSpan={width} style={{ height: after, padding: 0, border: 0 }} />
            </tr>
          ) : null}
        </tbody>
      </table>
    </div>
  );
}

/** Which rows are seen. Keeps the first of them where it is when others come or go above it. */
function useRange(rows: readonly TableRow[]): {
  scroller: RefObject<HTMLDivElement | null>;
  range: { readonly from: number; readonly to: number };
  look: () => void;
} {
  const scroller = useRef<HTMLDivElement>(null);
  const [range, setRange] = useState({ from: 0, to: 60 });
  const anchor = useRef<{ key: string; index: number }>(undefined);
  const look = (): void => {
    const element = scroller.current;
    if (!element) return;
    const first = Math.floor(element.scrollTop / rowPx);
    const row = rows[first];
    anchor.current = row && first > 0 ? { key: row.key, index: first } : undefined;
    const from = Math.max(0, first - spare);
    const to = first + Math.ceil(element.clientHeight / rowPx) + spare;
    setRange((old) => (old.from === from && old.to === to ? old : { from, to }));
  };
  useLayoutEffect(() => {
    const element = scroller.current;
    const held = anchor.current;
    if (element && held) {
      const index = rows.findIndex(({ key }) => key === held.key);
      if (index >= 0 && index !== held.index) element.scrollTop += (index - held.index) * rowPx;
    }
    look();
  }, [rows]);
  useEffect(() => {
    globalThis.addEventListener('resize', look);
    return () => globalThis.removeEventListener('resize', look);
  });
  return { scroller, range, look };
}

function Cell({
  column: { name },
  row,
  text,
  place,
}: {
  readonly column: TableColumn;
  readonly row: TableRow;
  readonly text: string;
  readonly place: string;
}): ReactNode {
  if (name === 'Name') {
    return (
      <Link to={place} className="mono" title={text}>
        {text}
      </Link>
    );
  }
  if (name === 'Age' && row.created !== '') return <Age since={row.created} />;
  if (isStateColumn(name) && toneOf(text) !== undefined) return <State word={text} />;
  return <span title={text.length > 40 ? text : undefined}>{text}</span>;
}
