import { type ReactNode, useEffect, useState } from 'react';
import { json, messageOf } from '../api/client.ts';
import { listAt, textAt } from '../api/json.ts';
import { Empty, Failure, Loading } from '../design/notes.tsx';
import { Age, State } from '../design/state.tsx';
import type { ObjectProps } from '../panels.ts';

/** What was noted about an object. */
export function EventsTab({ object }: ObjectProps): ReactNode {
  const uid = textAt(object, 'metadata', 'uid');
  const version = textAt(object, 'metadata', 'resourceVersion');
  const [events, setEvents] = useState<readonly unknown[]>();
  const [failure, setFailure] = useState('');
  useEffect(() => {
    const stop = new AbortController();
    const selector = encodeURIComponent(`involvedObject.uid=${uid}`);
    json(`/api/v1/events?limit=200&fieldSelector=${selector}`, { signal: stop.signal }).then(
      (answer) => setEvents(listAt(answer, 'items').toSorted((a, b) => (lastOf(a) < lastOf(b) ? 1 : -1))),
      (error: unknown) => (stop.signal.aborted ? undefined : setFailure(messageOf(error))),
    );
    return () => stop.abort();
  }, [uid, version]);
  if (failure !== '') return <Failure message={failure} />;
  if (events === undefined) return <Loading what="events" />;
  if (events.length === 0) return <Empty title="Nothing was noted about it lately." />;
  return (
    <ul className="timeline">
      {events.map((event) => (
        <li key={textAt(event, 'metadata', 'uid')}>
          <span className="dim">
            <Age since={lastOf(event)} />
          </span>
          <span>
            <State word={textAt(event, 'type')} /> <b>{textAt(event, 'reason')}</b>{' '}
            {Number(textAt(event, 'count') || 1) > 1 ? (
              <span className="dim">×{textAt(event, 'count')}</span>
            ) : null}
            <br />
            {textAt(event, 'message')}
          </span>
        </li>
      ))}
    </ul>
  );
}

function lastOf(event: unknown): string {
  return (
    textAt(event, 'series', 'lastObservedTime') ||
    textAt(event, 'lastTimestamp') ||
    textAt(event, 'eventTime') ||
    textAt(event, 'metadata', 'creationTimestamp')
  );
}
