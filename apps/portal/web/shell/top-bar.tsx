import { type ReactNode, useState } from 'react';
import { tenantName } from '../api/base.ts';
import { endSession } from '../api/session.ts';
import { useCluster } from './cluster.tsx';
import { useNeeds } from './needs.tsx';
import { Link, setQuery } from './router.tsx';
import { setTheme, themeOf } from './theme.ts';

/** Tenant, namespace, search, what waits for the user, and who that is. */
export function TopBar({
  search,
  toggleRail,
}: {
  readonly search: () => void;
  readonly toggleRail: () => void;
}): ReactNode {
  const { user, namespaces, namespace } = useCluster();
  const needs = useNeeds();
  const count = needs?.length ?? 0;
  return (
    <header className="top-bar">
      <button type="button" className="quiet menu" aria-label="Pages" onClick={toggleRail}>
        ☰
      </button>
      <Link to="/" className="brand">
        Plinth
      </Link>
      <span className="tenant mono" title="Tenant">
        {tenantName}
      </span>
      <label>
        <span className="sr-only">Namespace</span>
        <input
          className="namespace"
          list="namespaces"
          key={namespace}
          defaultValue={namespace}
          placeholder="all namespaces"
          onChange={(event) => {
            if (event.target.value === '' || namespaces.includes(event.target.value))
              setQuery({ namespace: event.target.value });
          }}
          onKeyDown={(event) => {
            if (event.key === 'Enter') setQuery({ namespace: event.currentTarget.value.trim() });
          }}
        />
        <datalist id="namespaces">
          {namespaces.map((name) => (
            <option key={name} value={name} />
          ))}
        </datalist>
      </label>
      <button type="button" className="search-button" onClick={search}>
        <span>Search</span> <kbd>Ctrl K</kbd>
      </button>
      <Link to="/" className={count > 0 ? 'needs some' : 'needs'} title="Decisions that wait for you">
        <span>Needs me</span> <b>{count}</b>
      </Link>
      <ThemeButton />
      <details className="user">
        <summary title={user?.name}>{shortName(user?.name ?? '')}</summary>
        <div>
          <p className="mono">{user?.name}</p>
          <p className="dim small">{user?.groups.join(', ')}</p>
          <button type="button" onClick={() => endSession('You have signed out.')}>
            Sign out
          </button>
        </div>
      </details>
    </header>
  );
}

/** A service account without what all of them begin with. */
function shortName(name: string): string {
  return name.replace(/^system:serviceaccount:/, '');
}

function ThemeButton(): ReactNode {
  const [theme, change] = useState(themeOf());
  const next = theme === 'dark' ? 'light' : 'dark';
  return (
    <button
      type="button"
      className="quiet theme"
      aria-label={`Use the ${next} theme`}
      onClick={() => {
        setTheme(next);
        change(next);
      }}
    >
      ◑
    </button>
  );
}
