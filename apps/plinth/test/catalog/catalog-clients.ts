import { CatalogClient } from '@backstage/catalog-client';
import type { HttpsClient } from '../harness/https-client.ts';
import type { TestServer } from '../harness/test-server.ts';

const entityPath = '/apis/plinth.dev/v1alpha1/namespaces';

/** The client of Backstage, unmodified, over a connection of a test. */
export function catalogClient(client: HttpsClient): CatalogClient {
  return new CatalogClient({
    discoveryApi: { getBaseUrl: () => Promise.resolve(`${client.url}/api/catalog`) },
    fetchApi: {
      async fetch(input, init) {
        const url = new URL(input instanceof Request ? input.url : input);
        const { method = 'GET', body } = init ?? {};
        const settings = typeof body === 'string' ? { body } : {};
        const answer = await client.send(method, `${url.pathname}${url.search}`, settings);
        const headers = { 'Content-Type': answer.headers['content-type'] ?? '' };
        return new Response(answer.status === 204 ? null : answer.text, { status: answer.status, headers });
      },
    },
  });
}

/** An entity with little in it. */
export function entityOf(kind: string, name: string, spec: object, metadata: object = {}): object {
  return { apiVersion: 'backstage.io/v1alpha1', kind, metadata: { name, ...metadata }, spec };
}

/** Puts an entity into the catalog, as kubectl would. */
export async function putEntity(server: TestServer, entity: object, home = 'default'): Promise<void> {
  const { kind, metadata } = entity as { kind: string; metadata: { name: string; namespace?: string } };
  const name = `${kind}.${metadata.namespace ?? 'default'}.${metadata.name}`.toLowerCase();
  const body = {
    apiVersion: 'plinth.dev/v1alpha1',
    kind: 'CatalogEntity',
    metadata: { name },
    spec: { entity },
  };
  const { status, text } = await server.admin.send('POST', `${entityPath}/${home}/catalogentities`, { body });
  if (status !== 201) throw new Error(text);
}
