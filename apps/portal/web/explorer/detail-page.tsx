import { type ReactNode, useState } from 'react';
import { json, messageOf } from '../api/client.ts';
import { type Kind, pathOf, slugOf } from '../api/discovery.ts';
import { listAt, textAt } from '../api/json.ts';
import { useObject } from '../api/live.ts';
import { Failure, Loading } from '../design/notes.tsx';
import { Age, State } from '../design/state.tsx';
import { panelOf } from '../panels.ts';
import { useCluster, useMay } from '../shell/cluster.tsx';
import { Link, navigate, setQuery, usePlace } from '../shell/router.tsx';
import { useTitle } from '../shell/title.ts';
import { EventsTab } from './events-tab.tsx';
import { HistoryTab } from './history-tab.tsx';
import { Overview } from './overview.tsx';
import { RelationsTab } from './relations-tab.tsx';
import { stateOf } from './summary.ts';
import { YamlTab } from './yaml-tab.tsx';

/** One object: what it is, whether it is fine, and all about it. */
export function DetailPage({
  kind,
  namespace,
  name,
}: {
  readonly kind: Kind;
  readonly namespace: string;
  readonly name: string;
}): ReactNode {
  const { object, isGone, failure } = useObject(pathOf(kind, namespace), name);
  const { query } = usePlace();
  const panel = panelOf(kind);
  useTitle(`${name} · ${kind.kind}`);
  if (object === undefined) {
    return failure === undefined ? (
      <Loading what={`${kind.kind} ${name}`} />
    ) : (
      <section className="page">
        <Failure message={failure}>
          <Link to={`/r/${slugOf(kind)}`}>All of {kind.kind}</Link>
        </Failure>
      </section>
    );
  }
  const tabs = [
    { title: 'Overview', Content: panel?.Overview ?? Overview },
    ...(panel?.tabs ?? []),
    { title: 'YAML', Content: YamlTab },
    { title: 'Relations', Content: RelationsTab },
    { title: 'Events', Content: EventsTab },
    { title: 'History', Content: HistoryTab },
  ];
  const wanted = query.get('tab') ?? '';
  const tab = tabs.find(({ title }) => title.toLowerCase() === wanted) ?? tabs[0];
  const Actions = panel?.Actions;
  return (
    <section className="page">
      <Header kind={kind} object={object} isGone={isGone}>
        {Actions && !isGone ? <Actions kind={kind} object={object} /> : null}
        {isGone ? null : <DeleteButton kind={kind} namespace={namespace} name={name} />}
      </Header>
      {failure === undefined ? null : <Failure message={failure} />}
      <nav className="tabs" aria-label="About this object">
        {tabs.map(({ title }) => (
          <button
            type="button"
            key={title}
            aria-current={title === tab?.title ? 'page' : undefined}
            onClick={() =>
              setQuery({ tab: title === 'Overview' ? undefined : title.toLowerCase() }, { replace: false })
            }
          >
            {title}
          </button>
        ))}
      </nav>
      {tab ? <tab.Content key={textAt(object, 'metadata', 'uid')} kind={kind} object={object} /> : null}
    </section>
  );
}

function Header({
  kind,
  object,
  isGone,
  children,
}: {
  readonly kind: Kind;
  readonly object: unknown;
  readonly isGone: boolean;
  readonly children: ReactNode;
}): ReactNode {
  const namespace = textAt(object, 'metadata', 'namespace');
  const created = textAt(object, 'metadata', 'creationTimestamp');
  const state = isGone ? { word: 'Deleted', tone: 'idle' as const } : stateOf(object);
  return (
    <header className="page-head">
      <div>
        <p className="dim">
          <Link to={`/r/${slugOf(kind)}`}>{panelOf(kind)?.title ?? kind.kind}</Link>
          {namespace === '' ? null : ` · ${namespace}`}
        </p>
        <h1 className="mono">{textAt(object, 'metadata', 'name')}</h1>
        <p className="facts">
          {state ? <State {...state} /> : null}
          <span>
            {kind.kind}, <Age since={created} /> old
          </span>
          {listAt(object, 'metadata', 'ownerReferences').length > 0 ? (
            <span>owned by {ownerText(object)}</span>
          ) : null}
        </p>
      </div>
      <div className="actions">{children}</div>
    </header>
  );
}

function ownerText(object: unknown): string {
  return listAt(object, 'metadata', 'ownerReferences')
    .map((owner) => `${textAt(owner, 'kind')}/${textAt(owner, 'name')}`)
    .join(', ');
}

function DeleteButton({
  kind,
  namespace,
  name,
}: {
  readonly kind: Kind;
  readonly namespace: string;
  readonly name: string;
}): ReactNode {
  const [isAsking, setAsking] = useState(false);
  const [failure, setFailure] = useState('');
  const { user } = useCluster();
  const may = useMay(kind, 'delete');
  if (!may || !kind.verbs.includes('delete') || user === undefined) return null;
  const remove = async (): Promise<void> => {
    try {
      await json(pathOf(kind, namespace, name), {
        method: 'DELETE',
        body: { propagationPolicy: 'Background' },
      });
      navigate(`/r/${slugOf(kind)}`);
    } catch (error) {
      setFailure(messageOf(error));
    }
  };
  if (!isAsking) {
    return (
      <button type="button" onClick={() => setAsking(true)}>
        Delete
      </button>
    );
  }
  return (
    <span className="confirm" role="group" aria-label="Delete?">
      {failure === '' ? `Delete ${kind.kind} ${name}?` : failure}
      <button type="button" className="danger" onClick={() => void remove()}>
        Delete
      </button>
      <button type="button" onClick={() => setAsking(false)}>
        Keep
      </button>
    </span>
  );
}
