import { createContext, type ReactNode, useContext, useEffect, useState } from 'react';
import { json, messageOf } from '../api/client.ts';
import { allows, discover, type Kind, kindsOf, type Rule, rulesIn, slugOf } from '../api/discovery.ts';
import { listAt, textAt, textsAt } from '../api/json.ts';
import { Failure, Loading } from '../design/notes.tsx';
import { usePlace } from './router.tsx';

/** Who is signed in. */
export interface User {
  readonly name: string;
  readonly groups: readonly string[];
}

/** What pages know of the control plane and of who looks at it. */
export interface Cluster {
  readonly kinds: readonly Kind[];
  /** Undefined until it is known. */
  readonly user: User | undefined;
  /** What the user may do in `namespace`; undefined until it is known. */
  readonly rules: readonly Rule[] | undefined;
  /** Empty when the user may not list them. */
  readonly namespaces: readonly string[];
  /** The namespace that lists are about; empty for all. */
  readonly namespace: string;
}

const context = createContext<Cluster>({
  kinds: [],
  user: undefined,
  rules: undefined,
  namespaces: [],
  namespace: '',
});

const kindsKey = 'plinth.kinds';

/** Who a token belongs to. @throws ApiError 401 */
export async function whoIs(token?: string): Promise<User> {
  const answer = await json('/apis/authentication.k8s.io/v1/selfsubjectreviews', {
    method: 'POST',
    body: { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' },
    ...(token === undefined ? {} : { token }),
  });
  return {
    name: textAt(answer, 'status', 'userInfo', 'username'),
    groups: textsAt(answer, 'status', 'userInfo', 'groups'),
  };
}

/** What is known of the cluster. */
export function useCluster(): Cluster {
  return useContext(context);
}

/** The kind of a name in an address; undefined when none is served. */
export function useKind(slug: string): Kind | undefined {
  return useCluster().kinds.find((kind) => slugOf(kind) === slug);
}

/** Whether the user may do something with a kind; true until it is known, because the server decides anyway. */
export function useMay(kind: Pick<Kind, 'group' | 'resource'> | undefined, verb: string): boolean {
  const { rules } = useCluster();
  return kind !== undefined && (rules === undefined || allows(rules, kind, verb));
}

function remembered(): Kind[] | undefined {
  const text = sessionStorage.getItem(kindsKey);
  if (text === null) return undefined;
  const documents: unknown = JSON.parse(text);
  return listAt(documents).flatMap(kindsOf);
}

/** Gives the pages below what they know; they are drawn as soon as the kinds are known. */
export function ClusterProvider({ children }: { readonly children: ReactNode }): ReactNode {
  const { query } = usePlace();
  const namespace = query.get('namespace') ?? '';
  const [kinds, setKinds] = useState(remembered);
  const [user, setUser] = useState<User>();
  const [rules, setRules] = useState<readonly Rule[]>();
  const [namespaces, setNamespaces] = useState<readonly string[]>([]);
  const [failure, setFailure] = useState<string>();
  useEffect(() => {
    const fail = (error: unknown): void => setFailure(messageOf(error));
    discover().then((found) => {
      sessionStorage.setItem(kindsKey, JSON.stringify(found));
      setKinds(found.flatMap(kindsOf));
    }, fail);
    whoIs().then(setUser, fail);
    json('/api/v1/namespaces?limit=500', {
      accept: 'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io',
    }).then(
      (answer) => setNamespaces(listAt(answer, 'items').map((one) => textAt(one, 'metadata', 'name'))),
      () => setNamespaces([]),
    );
  }, []);
  useEffect(() => {
    rulesIn(namespace || 'default').then(setRules, () => setRules(undefined));
  }, [namespace]);
  if (kinds === undefined) {
    return failure === undefined ? (
      <Loading what="the kinds of this control plane" />
    ) : (
      <Failure message={failure} />
    );
  }
  return (
    <context.Provider value={{ kinds, user, rules, namespaces, namespace }}>{children}</context.Provider>
  );
}
