import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { openPki, systemClock, systemRandom } from '@plinth/kernel';
import { Connection, requestText, type Target } from './http-client.ts';
import type { RunningPlinth } from './plinth.ts';

const tenantsPath = '/apis/plinth.dev/v1alpha1/tenants';

/** How somebody of a tenant reaches the server; `root` is the path of its virtual cluster. */
export type TenantTarget = Target & { readonly root: string };

/**
 * Makes a tenant, unless there is one of that name.
 * @param quotas of capabilities, by their names
 */
export async function makeTenant(
  host: Connection,
  name: string,
  quotas: Readonly<Record<string, number>> = {},
): Promise<string> {
  const body = JSON.stringify({
    apiVersion: 'plinth.dev/v1alpha1',
    kind: 'Tenant',
    metadata: { name },
    spec: { quotas: { capabilities: quotas } },
  });
  const { status } = await host.send(requestText('POST', tenantsPath, body));
  if (status !== 201 && status !== 409) throw new Error(`making tenant ${name} was answered ${status}`);
  return name;
}

/** Waits until a tenant is served: until then there is nothing at its status. */
export async function tenantReady(host: Connection, name: string): Promise<void> {
  const selected = `${tenantsPath}/${name}/status`;
  for (let tries = 0; tries < 3_000; tries++) {
    const { text } = await host.sendForText(requestText('GET', selected));
    if (text.includes('"phase":"Ready"')) return;
    await pause(10);
  }
  throw new Error(`tenant ${name} is not ready`);
}

/** How an administrator of a tenant reaches the server. */
export async function tenantTarget(plinth: RunningPlinth, name: string): Promise<TenantTarget> {
  const host = await Connection.open(plinth.target);
  const { text } = await host.sendForText(requestText('GET', `${tenantsPath}/${name}`));
  host.close();
  const uid = /"uid":"([0-9a-f-]{36})"/.exec(text)?.[1] ?? '';
  const pki = await openPki(join(plinth.dataDirectory, 'pki'), { clock: systemClock, random: systemRandom });
  const issued = await pki.issueClientCertificate({
    commonName: 'bench',
    organizations: ['system:masters'],
    ttlMs: 3_600_000,
    tenant: uid,
  });
  const { port } = plinth.target;
  const root = `/clusters/${name}`;
  return { host: '127.0.0.1', port, ca: pki.ca, cert: issued.certificate, key: issued.key.reveal(), root };
}
