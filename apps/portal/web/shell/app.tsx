import { Component, type ReactNode, useState, useSyncExternalStore } from 'react';
import { slugOf } from '../api/discovery.ts';
import { onSession, tokenOf } from '../api/session.ts';
import { Empty, Failure } from '../design/notes.tsx';
import { DetailPage } from '../explorer/detail-page.tsx';
import { ListPage } from '../explorer/list-page.tsx';
import { AllKinds } from '../pages/all-kinds.tsx';
import { Home } from '../pages/home.tsx';
import { ClusterProvider, useCluster, useKind } from './cluster.tsx';
import { Help } from './help.tsx';
import { useKeys } from './keys.ts';
import { Login } from './login.tsx';
import { NeedsProvider } from './needs.tsx';
import { Rail } from './rail.tsx';
import { Link, usePlace } from './router.tsx';
import { Search } from './search.tsx';
import { TopBar } from './top-bar.tsx';

/** The portal: where one signs in, or everything else. */
export function App(): ReactNode {
  const token = useSyncExternalStore(onSession, tokenOf);
  if (token === '') return <Login />;
  return (
    <ClusterProvider>
      <NeedsProvider>
        <Shell />
      </NeedsProvider>
    </ClusterProvider>
  );
}

function Shell(): ReactNode {
  const [isSearching, setSearching] = useState(false);
  const [isHelping, setHelping] = useState(false);
  const [isRailOpen, setRailOpen] = useState(false);
  useKeys({ search: () => setSearching(true), help: () => setHelping(true) });
  const { path } = usePlace();
  return (
    <div className={isRailOpen ? 'shell rail-open' : 'shell'}>
      <a className="skip" href="#content">
        Skip to the content
      </a>
      <TopBar search={() => setSearching(true)} toggleRail={() => setRailOpen(!isRailOpen)} />
      <Rail close={() => setRailOpen(false)} />
      <main id="content" tabIndex={-1}>
        <Guard key={path}>
          <Page path={path} />
        </Guard>
      </main>
      {isSearching ? <Search close={() => setSearching(false)} /> : null}
      {isHelping ? <Help close={() => setHelping(false)} /> : null}
    </div>
  );
}

function Page({ path }: { readonly path: string }): ReactNode {
  const [section = '', slug = '', namespace = '', name = ''] = path.split('/').slice(1).map(decoded);
  const kind = useKind(slug);
  const { kinds } = useCluster();
  if (section === '') return <Home />;
  if (section === 'kinds') return <AllKinds />;
  if (section === 'r' && kind) {
    if (name !== '') {
      return <DetailPage key={path} kind={kind} namespace={namespace === '-' ? '' : namespace} name={name} />;
    }
    if (namespace === '') return <ListPage key={slugOf(kind)} kind={kind} />;
  }
  return (
    <section className="page">
      <Empty
        title={
          section === 'r'
            ? `No kind “${slug}” is served here; there are ${kinds.length} others.`
            : `There is no page ${path}.`
        }
      >
        <Link to="/kinds">All kinds</Link>
      </Empty>
    </section>
  );
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** Keeps a page that cannot be drawn from taking the rest with it. */
class Guard extends Component<{ readonly children: ReactNode }, { readonly failure: string }> {
  override state = { failure: '' };

  static getDerivedStateFromError(error: unknown): { failure: string } {
    return { failure: error instanceof Error ? error.message : String(error) };
  }

  override render(): ReactNode {
    if (this.state.failure === '') return this.props.children;
    return (
      <Failure
        message={`This page cannot be drawn: ${this.state.failure}. The others work; kubectl does, too.`}
      />
    );
  }
}
