import { type ReactNode, useDeferredValue, useEffect, useMemo, useState } from 'react';
import { json } from '../api/client.ts';
import { allows, type Kind, pathOf, type Rule, slugOf } from '../api/discovery.ts';
import { listAt, textAt } from '../api/json.ts';
import { useCluster } from './cluster.tsx';
import { destinations } from './keys.ts';
import { Modal } from './modal.tsx';
import { found, type Hit } from './ranking.ts';
import { navigate, objectPlace } from './router.tsx';

/** Objects of a kind that are looked through. */
const perKind = 500;
const atOnce = 3;
/** Kinds of which there are many and that nobody looks for by name. */
const skipped = new Set(['events', 'leases', 'endpointslices', 'endpoints']);
const accept = 'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io';

/** Finds pages, kinds and objects by their names. */
export function Search({ close }: { readonly close: () => void }): ReactNode {
  const { kinds, rules } = useCluster();
  const [text, setText] = useState('');
  const [chosen, setChosen] = useState(0);
  const { objects, isWhole } = useNames(kinds, rules);
  const places = useMemo<Hit[]>(
    () => [
      ...destinations.map(({ title, place }) => ({ title, detail: 'page', place })),
      ...kinds.map((kind) => ({
        title: kind.kind,
        detail: slugOf(kind),
        place: `/r/${slugOf(kind)}`,
        words: kind.shortNames,
      })),
    ],
    [kinds],
  );
  const wanted = useDeferredValue(text);
  const hits = useMemo(() => found([...places, ...objects], wanted), [places, objects, wanted]);
  const go = (hit: Hit | undefined): void => {
    if (!hit) return;
    close();
    navigate(hit.place);
  };
  const move = (by: number): void =>
    setChosen((old) => Math.min(Math.max(old + by, 0), Math.max(hits.length - 1, 0)));
  return (
    <Modal label="Search" close={close} className="search">
      <input
        type="text"
        role="combobox"
        aria-label="Search"
        aria-expanded="true"
        aria-controls="hits"
        aria-activedescendant={hits[chosen] ? `hit-${chosen}` : undefined}
        autoFocus
        placeholder="A kind, a name, a page"
        value={text}
        onChange={(event) => (setText(event.target.value), setChosen(0))}
        onKeyDown={(event) => {
          if (event.key === 'ArrowDown') move(1);
          else if (event.key === 'ArrowUp') move(-1);
          else if (event.key === 'Enter') go(hits[chosen]);
          else return;
          event.preventDefault();
        }}
      />
      <ul id="hits" role="listbox" aria-label="Found">
        {hits.map((hit, i) => (
          <li
            key={hit.place + hit.title}
            id={`hit-${i}`}
            role="option"
            aria-selected={i === chosen}
            onClick={() => go(hit)}
          >
            <span className="mono">{hit.title}</span> <span className="dim">{hit.detail}</span>
          </li>
        ))}
      </ul>
      <p className="dim small" role="status">
        {hits.length === 0 && wanted !== '' ? 'Nothing has that name. ' : ''}
        {isWhole ? `The first ${perKind} of each kind are looked through.` : 'Reading names …'}
      </p>
    </Modal>
  );
}

/** The names of all objects that the user may list, as they come. */
function useNames(
  kinds: readonly Kind[],
  rules: readonly Rule[] | undefined,
): { objects: readonly Hit[]; isWhole: boolean } {
  const [objects, setObjects] = useState<readonly Hit[]>([]);
  const [isWhole, setWhole] = useState(false);
  useEffect(() => {
    const stop = new AbortController();
    const looked = kinds.filter(
      (kind) => !skipped.has(kind.resource) && (!rules || allows(rules, kind, 'list')),
    );
    const add = (hits: readonly Hit[]): void => setObjects((old) => [...old, ...hits]);
    readNames(looked, add, stop.signal).then(
      () => setWhole(true),
      () => undefined,
    );
    return () => stop.abort();
  }, [kinds, rules]);
  return { objects, isWhole };
}

async function readNames(
  kinds: readonly Kind[],
  add: (hits: readonly Hit[]) => void,
  signal: AbortSignal,
): Promise<void> {
  const waiting = kinds.toReversed();
  const work = async (): Promise<void> => {
    for (let kind = waiting.pop(); kind !== undefined; kind = waiting.pop()) {
      const known = kind;
      const answer = await json(`${pathOf(kind)}?limit=${perKind}`, { accept, signal }).catch(
        () => undefined,
      );
      if (signal.aborted) return;
      add(
        listAt(answer, 'items').map((item) => {
          const [name, namespace] = [textAt(item, 'metadata', 'name'), textAt(item, 'metadata', 'namespace')];
          const detail = namespace === '' ? known.kind : `${known.kind} in ${namespace}`;
          return { title: name, detail, place: objectPlace(slugOf(known), namespace, name) };
        }),
      );
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
}
