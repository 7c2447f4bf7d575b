import { createContext, type ReactNode, useContext, useEffect, useState } from 'react';
import { json } from '../api/client.ts';
import { allows, pathOf, slugOf } from '../api/discovery.ts';
import { listAt, textAt } from '../api/json.ts';
import { planWaitsFor, runWaitsFor } from '../pages/waiting.ts';
import { useCluster } from './cluster.tsx';
import { objectPlace } from './router.tsx';

/** A decision that waits for the user. */
export interface Need {
  readonly title: string;
  readonly detail: string;
  readonly place: string;
}

/** How often it is asked anew; a watch would hold one of the few connections of the browser. */
const everyMs = 10_000;

const context = createContext<readonly Need[] | undefined>(undefined);

/** What waits for the user; undefined until it is known. */
export function useNeeds(): readonly Need[] | undefined {
  return useContext(context);
}

/** Asks what waits for the user, for as long as the page is seen. */
export function NeedsProvider({ children }: { readonly children: ReactNode }): ReactNode {
  const { kinds, user, rules } = useCluster();
  const [needs, setNeeds] = useState<readonly Need[]>();
  useEffect(() => {
    if (!user || !rules) return;
    const sources = [
      {
        slug: 'plans.plinth.dev',
        waits: planWaitsFor,
        detail: (one: unknown) => textAt(one, 'status', 'message'),
      },
      {
        slug: 'runs.plinth.dev',
        waits: runWaitsFor,
        detail: (one: unknown) => textAt(one, 'status', 'waitingFor', 0, 'message'),
      },
    ];
    const ask = async (): Promise<void> => {
      if (document.hidden) return;
      const found = await Promise.all(
        sources.map(async ({ slug, waits, detail }) => {
          const kind = kinds.find((one) => slugOf(one) === slug);
          if (!kind || !allows(rules, kind, 'list')) return [];
          const answer = await json(`${pathOf(kind)}?limit=500`).catch(() => undefined);
          return listAt(answer, 'items')
            .filter((one) => waits(one, user))
            .map((one) => {
              const [name, namespace] = [
                textAt(one, 'metadata', 'name'),
                textAt(one, 'metadata', 'namespace'),
              ];
              return {
                title: `${kind.kind} ${name}`,
                detail: detail(one),
                place: objectPlace(slug, namespace, name),
              };
            });
        }),
      );
      setNeeds(found.flat());
    };
    void ask();
    const timer = setInterval(() => void ask(), everyMs);
    return () => clearInterval(timer);
  }, [kinds, user, rules]);
  return <context.Provider value={needs}>{children}</context.Provider>;
}
