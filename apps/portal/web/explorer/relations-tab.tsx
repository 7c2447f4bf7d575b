import { type ReactNode, useEffect, useState } from 'react';
import { json } from '../api/client.ts';
import { allows, type Kind, pathOf, slugOf } from '../api/discovery.ts';
import { listAt, textAt } from '../api/json.ts';
import { Empty, Loading } from '../design/notes.tsx';
import type { ObjectProps } from '../panels.ts';
import { useCluster } from '../shell/cluster.tsx';
import { Link, objectPlace } from '../shell/router.tsx';

/** Requests at the same time; a browser has six connections. */
const atOnce = 3;
const accept = 'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io';

interface Related {
  readonly kind: Kind;
  readonly namespace: string;
  readonly name: string;
}

/** What owns an object, and what it owns. */
export function RelationsTab({ object }: ObjectProps): ReactNode {
  const { kinds, rules } = useCluster();
  const [owned, setOwned] = useState<readonly Related[]>();
  const uid = textAt(object, 'metadata', 'uid');
  const namespace = textAt(object, 'metadata', 'namespace');
  useEffect(() => {
    const stop = new AbortController();
    const looked = kinds.filter(
      (kind) =>
        (namespace === '' || kind.namespaced) &&
        kind.resource !== 'events' &&
        (!rules || allows(rules, kind, 'list')),
    );
    findOwned(looked, namespace, uid, stop.signal).then(setOwned, () => setOwned([]));
    return () => stop.abort();
  }, [kinds, rules, namespace, uid]);
  const owners = listAt(object, 'metadata', 'ownerReferences').map((owner) => {
    const group = textAt(owner, 'apiVersion').includes('/') ? textAt(owner, 'apiVersion').split('/')[0] : '';
    const kind = kinds.find((one) => one.kind === textAt(owner, 'kind') && one.group === group);
    return { kind, name: textAt(owner, 'name'), text: `${textAt(owner, 'kind')} ${textAt(owner, 'name')}` };
  });
  return (
    <div className="relations">
      <h2>Owned by</h2>
      {owners.length === 0 ? <p className="dim">Nothing.</p> : null}
      <ul>
        {owners.map(({ kind, name, text }) => (
          <li key={text}>
            {kind ? (
              <Link to={objectPlace(slugOf(kind), kind.namespaced ? namespace : '', name)}>{text}</Link>
            ) : (
              text
            )}
          </li>
        ))}
      </ul>
      <h2>Owns</h2>
      {owned === undefined ? <Loading what="what it owns" /> : null}
      {owned?.length === 0 ? <Empty title="Nothing that you may see." /> : null}
      <ul>
        {owned?.map((one) => (
          <li key={`${slugOf(one.kind)}/${one.namespace}/${one.name}`}>
            <Link to={objectPlace(slugOf(one.kind), one.namespace, one.name)}>
              {one.kind.kind} <span className="mono">{one.name}</span>
            </Link>
          </li>
        ))}
      </ul>
    </div>
  );
}

async function findOwned(
  kinds: readonly Kind[],
  namespace: string,
  uid: string,
  signal: AbortSignal,
): Promise<Related[]> {
  const found: Related[] = [];
  const waiting = [...kinds];
  const work = async (): Promise<void> => {
    for (let kind = waiting.pop(); kind !== undefined; kind = waiting.pop()) {
      const path = `${pathOf(kind, kind.namespaced ? namespace : '')}?limit=500`;
      const answer = await json(path, { accept, signal }).catch(() => undefined);
      for (const item of listAt(answer, 'items')) {
        const isOwned = listAt(item, 'metadata', 'ownerReferences').some(
          (owner) => textAt(owner, 'uid') === uid,
        );
        if (isOwned)
          found.push({
            kind,
            namespace: textAt(item, 'metadata', 'namespace'),
            name: textAt(item, 'metadata', 'name'),
          });
      }
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return found.sort((a, b) => (a.kind.kind + a.name < b.kind.kind + b.name ? -1 : 1));
}
