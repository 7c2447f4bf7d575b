import type { ReactNode } from 'react';
import { allows, slugOf } from '../api/discovery.ts';
import { panels } from '../panels.ts';
import { useCluster } from './cluster.tsx';
import { Link, usePlace } from './router.tsx';

/** Where one can go: only what is installed and what the user may read. */
export function Rail({ close }: { readonly close: () => void }): ReactNode {
  const { kinds, rules } = useCluster();
  const { path } = usePlace();
  const entries = [
    { title: 'Home', place: '/' },
    ...panels
      .filter((panel) => panel.inRail && kinds.some((kind) => slugOf(kind) === slugOf(panel)))
      .filter((panel) => rules === undefined || allows(rules, panel, 'list'))
      .map((panel) => ({ title: panel.title ?? panel.resource, place: `/r/${slugOf(panel)}` })),
    { title: 'All kinds', place: '/kinds' },
  ];
  return (
    <nav className="rail" aria-label="Pages">
      {entries.map(({ title, place }) => {
        const isHere = place === '/' ? path === '/' : path === place || path.startsWith(`${place}/`);
        return (
          <Link key={place} to={place} aria-current={isHere ? 'page' : undefined} onClick={close}>
            {title}
          </Link>
        );
      })}
    </nav>
  );
}
