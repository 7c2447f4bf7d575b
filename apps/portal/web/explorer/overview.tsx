import type { ReactNode } from 'react';
import { entriesAt, shown, textAt } from '../api/json.ts';
import { Age, State } from '../design/state.tsx';
import type { ObjectProps } from '../panels.ts';
import { flattened } from './flatten.ts';
import { conditionsOf, reasonsOf, stateOf, toneOfCondition } from './summary.ts';

/** What any object is, and whether it is fine. */
export function Overview({ object }: ObjectProps): ReactNode {
  const hidden = new Set(['apiVersion', 'kind', 'metadata', 'status']);
  const parts = entriesAt(object).filter(([name]) => !hidden.has(name));
  const status = entriesAt(object, 'status').filter(([name]) => name !== 'conditions');
  return (
    <div className="overview">
      <Summary object={object} />
      {parts.map(([name, value]) => (
        <Fields key={name} title={name} value={value} />
      ))}
      {status.length > 0 ? <Fields title="status" value={Object.fromEntries(status)} /> : null}
      <Labels title="Labels" entries={entriesAt(object, 'metadata', 'labels')} />
      <Labels title="Annotations" entries={entriesAt(object, 'metadata', 'annotations')} />
      <p className="dim mono small">uid {textAt(object, 'metadata', 'uid')}</p>
    </div>
  );
}

/** Is it fine, and if not, why. */
export function Summary({ object }: { readonly object: unknown }): ReactNode {
  const conditions = conditionsOf(object);
  const reasons = reasonsOf(object);
  const state = stateOf(object);
  if (conditions.length === 0 && reasons.length === 0) return null;
  return (
    <section className="summary">
      {reasons.map((reason) => (
        <p key={reason} className={state?.tone === 'good' ? 'dim' : undefined}>
          {reason}
        </p>
      ))}
      {conditions.length > 0 ? (
        <ul className="conditions">
          {conditions.map((condition) => (
            <li key={condition.type} title={condition.message}>
              <State word={`${condition.type} ${condition.status}`} tone={toneOfCondition(condition)} />
              <span className="dim">
                {condition.reason} · <Age since={condition.since} />
              </span>
            </li>
          ))}
        </ul>
      ) : null}
    </section>
  );
}

function Fields({ title, value }: { readonly title: string; readonly value: unknown }): ReactNode {
  return (
    <section>
      <h2>{title}</h2>
      <dl className="fields">
        {flattened(value).map(([path, field]) => (
          <div key={path}>
            <dt>{path}</dt>
            <dd className="mono">
              {typeof field === 'object' && field !== null ? <Folded value={field} /> : shown(field)}
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

/** A list, of which the length is what one needs first. */
function Folded({ value }: { readonly value: object }): ReactNode {
  const count = Object.keys(value).length;
  return (
    <details>
      <summary>
        {count} {count === 1 ? 'item' : 'items'}
      </summary>
      <pre>{JSON.stringify(value, null, 2)}</pre>
    </details>
  );
}

function Labels({
  title,
  entries,
}: {
  readonly title: string;
  readonly entries: readonly [string, unknown][];
}): ReactNode {
  if (entries.length === 0) return null;
  return (
    <section>
      <h2>{title}</h2>
      <ul className="labels">
        {entries.map(([name, value]) => (
          <li key={name} className="mono">
            <span className="dim">{name}</span> {shown(value)}
          </li>
        ))}
      </ul>
    </section>
  );
}
