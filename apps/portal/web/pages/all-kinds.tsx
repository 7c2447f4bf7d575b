import type { ReactNode } from 'react';
import { allows, slugOf } from '../api/discovery.ts';
import { useCluster } from '../shell/cluster.tsx';
import { Link, setQuery, usePlace } from '../shell/router.tsx';
import { useTitle } from '../shell/title.ts';

/** Every kind that is served and that the user may list, by group. */
export function AllKinds(): ReactNode {
  const { kinds, rules, namespace } = useCluster();
  const { query } = usePlace();
  const filter = query.get('filter') ?? '';
  useTitle('All kinds');
  const allowed = kinds.filter((kind) => !rules || allows(rules, kind, 'list'));
  const shown = allowed.filter((kind) =>
    `${kind.kind} ${slugOf(kind)} ${kind.shortNames.join(' ')}`.toLowerCase().includes(filter.toLowerCase()),
  );
  const groups = Map.groupBy(shown, ({ group }) => group);
  const hidden = kinds.length - allowed.length;
  return (
    <section className="page">
      <h1>All kinds</h1>
      <div className="toolbar">
        <label className="grow">
          <span className="sr-only">Filter</span>
          <input
            id="filter"
            type="search"
            placeholder="Filter kinds   /"
            value={filter}
            onChange={(event) => setQuery({ filter: event.target.value })}
          />
        </label>
      </div>
      {[...groups].map(([group, members]) => (
        <section key={group}>
          <h2 className="mono">{group === '' ? 'core' : group}</h2>
          <ul className="kinds">
            {members.map((kind) => (
              <li key={slugOf(kind)}>
                <Link to={`/r/${slugOf(kind)}`}>{kind.kind}</Link>{' '}
                <span className="dim small">{kind.namespaced ? '' : 'cluster'}</span>
              </li>
            ))}
          </ul>
        </section>
      ))}
      {hidden > 0 ? (
        <p className="dim">
          {hidden} more are not shown: you may not list them in {namespace || 'default'} or everywhere. Choose
          a namespace at the top where you may.
        </p>
      ) : null}
    </section>
  );
}
