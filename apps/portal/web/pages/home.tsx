import { type ReactNode, useEffect, useState } from 'react';
import { json, messageOf } from '../api/client.ts';
import { pathOf, slugOf } from '../api/discovery.ts';
import { listAt, textAt } from '../api/json.ts';
import { Copyable, Loading } from '../design/notes.tsx';
import { Age, State } from '../design/state.tsx';
import { useCluster, useMay } from '../shell/cluster.tsx';
import { useNeeds } from '../shell/needs.tsx';
import { Link, objectPlace } from '../shell/router.tsx';
import { useTitle } from '../shell/title.ts';

/** What waits for the user, what happened, and where to begin. */
export function Home(): ReactNode {
  const needs = useNeeds();
  useTitle('Home');
  return (
    <section className="page">
      <h1>Home</h1>
      <section className="summary">
        <h2>Needs me</h2>
        {needs === undefined ? <Loading what="what waits for you" /> : null}
        {needs?.length === 0 ? <p className="dim">No decision waits for you.</p> : null}
        <ul>
          {needs?.map(({ title, detail, place }) => (
            <li key={place}>
              <Link to={place}>{title}</Link> <span className="dim">{detail}</span>
            </li>
          ))}
        </ul>
      </section>
      <Recent slug="plans.plinth.dev" title="Changes" />
      <Recent slug="runs.plinth.dev" title="Runs" />
      <section>
        <h2>In a terminal</h2>
        <p className="dim">All that is shown here is the Kubernetes API, read with your rights.</p>
        <Copyable text="kubectl api-resources --categories plinth" />
      </section>
    </section>
  );
}

const shownMax = 5;

function Recent({ slug, title }: { readonly slug: string; readonly title: string }): ReactNode {
  const { kinds } = useCluster();
  const kind = kinds.find((one) => slugOf(one) === slug);
  const may = useMay(kind, 'list');
  const [items, setItems] = useState<readonly unknown[]>();
  const [failure, setFailure] = useState('');
  useEffect(() => {
    if (!kind || !may) return;
    const stop = new AbortController();
    json(`${pathOf(kind)}?limit=500`, { signal: stop.signal }).then(
      (answer) =>
        setItems(
          listAt(answer, 'items')
            .toSorted((a, b) => (createdOf(a) < createdOf(b) ? 1 : -1))
            .slice(0, shownMax),
        ),
      (error: unknown) => (stop.signal.aborted ? undefined : setFailure(messageOf(error))),
    );
    return () => stop.abort();
  }, [kind, may]);
  if (!kind || !may || failure !== '') return null;
  return (
    <section>
      <h2>
        <Link to={`/r/${slug}`}>{title}</Link>
      </h2>
      {items?.length === 0 ? <p className="dim">None yet.</p> : null}
      <ul className="timeline">
        {items?.map((item) => {
          const [name, namespace] = [textAt(item, 'metadata', 'name'), textAt(item, 'metadata', 'namespace')];
          return (
            <li key={textAt(item, 'metadata', 'uid')}>
              <span className="dim">
                <Age since={createdOf(item)} />
              </span>
              <span>
                <State word={textAt(item, 'status', 'phase') || 'Pending'} />{' '}
                <Link to={objectPlace(slug, namespace, name)} className="mono">
                  {name}
                </Link>{' '}
                <span className="dim">
                  {textAt(item, 'spec', 'definition') || textAt(item, 'status', 'message')}
                </span>
              </span>
            </li>
          );
        })}
      </ul>
    </section>
  );
}

function createdOf(item: unknown): string {
  return textAt(item, 'metadata', 'creationTimestamp');
}
