import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { openPki, systemClock, systemRandom } from '@plinth/kernel';
import { at, type Credentials, HttpsClient, textAt } from './https-client.ts';
import type { TestServer } from './test-server.ts';
import { until } from './until.ts';

const tenantsPath = '/apis/plinth.dev/v1alpha1/tenants';

/** Makes a tenant and waits until it is served. */
export async function makeTenant(
  server: TestServer,
  name: string,
  spec: Record<string, unknown> = {},
): Promise<{ uid: string }> {
  const made = await server.admin.post(tenantsPath, { metadata: { name }, spec });
  if (made.status !== 201) throw new Error(`making tenant ${name}: ${made.text}`);
  await until(`tenant ${name} to be ready`, async () => {
    const { json } = await server.admin.get(`${tenantsPath}/${name}`);
    return at(json, 'status', 'phase') === 'Ready' ? true : undefined;
  });
  return { uid: textAt(made.json, 'metadata', 'uid') };
}

/** A certificate of a tenant. */
export async function tenantCredentials(
  server: TestServer,
  uid: string,
  { user = 'tenant-admin', groups = ['system:masters'] }: { user?: string; groups?: readonly string[] } = {},
): Promise<Credentials> {
  const directory = join(server.directory, 'data', 'pki');
  const pki = await openPki(directory, { clock: systemClock, random: systemRandom });
  const issued = await pki.issueClientCertificate({
    commonName: user,
    organizations: groups,
    ttlMs: 3_600_000,
    tenant: uid,
  });
  return { ca: pki.ca, cert: issued.certificate, key: issued.key.reveal() };
}

/** Requests with a certificate of a tenant; paths are those of the whole server. */
export async function tenantClient(
  server: TestServer,
  uid: string,
  as: { user?: string; groups?: readonly string[] } = {},
): Promise<HttpsClient> {
  return new HttpsClient(server.url, await tenantCredentials(server, uid, as));
}

/** The file with the certificate of the authority that the server trusts. */
export function authorityPath({ directory }: TestServer): string {
  return join(directory, 'data', 'pki', 'ca.crt');
}

/** The certificate of the authority that the server trusts, as PEM. */
export function authorityOf(server: TestServer): string {
  return readFileSync(authorityPath(server), 'utf8');
}
