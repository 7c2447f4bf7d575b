import type { ReactNode } from 'react';
import { at, entriesAt, listAt, textAt } from '../api/json.ts';
import { Empty } from '../design/notes.tsx';
import { Age } from '../design/state.tsx';
import type { ObjectProps } from '../panels.ts';

/** Who last wrote which fields, and when: what the API keeps of an object's past. Spec: Kubernetes managedFields. */
export function HistoryTab({ object }: ObjectProps): ReactNode {
  const entries = listAt(object, 'metadata', 'managedFields').toSorted((a, b) =>
    textAt(a, 'time') < textAt(b, 'time') ? 1 : -1,
  );
  if (entries.length === 0) return <Empty title="The API has no history of it." />;
  return (
    <ul className="timeline">
      {entries.map((entry) => (
        <li key={`${textAt(entry, 'manager')} ${textAt(entry, 'operation')} ${textAt(entry, 'subresource')}`}>
          <span className="dim">
            <Age since={textAt(entry, 'time')} />
          </span>
          <span>
            <b className="mono">{textAt(entry, 'manager')}</b>{' '}
            <span className="dim">{textAt(entry, 'operation')}</span>
            <br />
            <span className="mono small">{fieldsOf(at(entry, 'fieldsV1')).join(', ')}</span>
          </span>
        </li>
      ))}
    </ul>
  );
}

/** The fields of a set, down to the second level: `spec.replicas`, `metadata.labels`. */
function fieldsOf(set: unknown): string[] {
  return entriesAt(set).flatMap(([first, below]) => {
    const names = entriesAt(below).filter(([name]) => name.startsWith('f:'));
    const head = first.replace(/^f:/, '');
    return names.length === 0 ? [head] : names.map(([name]) => `${head}.${name.slice(2)}`);
  });
}
