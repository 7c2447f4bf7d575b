import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ClusterApi, type PathRoute } from '../api/cluster-api.ts';
import { defaultTenant } from '../api/keys.ts';
import type { WriteQuota } from '../api/write-quota.ts';
import { auditRoutes } from '../audit/audit-routes.ts';
import { AuditTree } from '../audit/audit-tree.ts';
import { openSigningKey, sharedSigningKey } from '../audit/signing-key.ts';
import type { AuditTrail } from '../audit/trail.ts';
import { authenticatorChain } from '../auth/authenticators/chain.ts';
import type { ClientCertificates } from '../auth/authenticators/client-certificate.ts';
import { ServiceAccountAuthenticator } from '../auth/authenticators/service-account-authenticator.ts';
import type { ServiceAccountKey } from '../auth/authenticators/service-account-key.ts';
import {
  defaultIssuer,
  type TokenSettings,
  tokenIssuer,
} from '../auth/authenticators/service-account-tokens.ts';
import type { Authenticator } from '../auth/port.ts';
import { assembleCore, type Core, type CoreOptions, type IdentityServices } from '../core.ts';
import { ensurePrivateDirectory, readPrivateFile, writePrivateFile } from '../crypto/private-file.ts';
import type { Clock } from '../ports/clock.ts';
import type { Random } from '../ports/random.ts';
import type { Store } from '../store/port.ts';

/** What all virtual clusters of a process stand on. */
export interface ClusterGround {
  readonly store: Store;
  readonly certificates: ClientCertificates;
  readonly serviceAccountKey: ServiceAccountKey;
  /** The directory of the whole installation. */
  readonly dataDirectory: string;
  /** Where the keys are that all processes on one database have in common. */
  readonly keysDirectory: string;
  /** Whether other processes share the store. */
  readonly hasPeers: boolean;
  /** Whether this process answers requests; one that does not keeps no tree of the audit log. */
  readonly servesApi: boolean;
  /** Version of the program, such as `0.1.0`. */
  readonly version: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly core: Pick<
    CoreOptions,
    'capabilities' | 'rootCa' | 'exec' | 'programs' | 'onFault' | 'ownership' | 'cipher'
  >;
}

/** What one virtual cluster has of its own. */
export interface ClusterSettings
  extends Pick<CoreOptions, 'engine' | 'withheld' | 'kinds' | 'capabilityQuota'> {
  /** Absent: the host. */
  readonly tenant?: { readonly name: string; readonly uid: string };
  readonly quota?: WriteQuota;
  /** Paths beside those of the API and the audit log. */
  readonly paths?: (parts: { readonly audit: AuditTrail }) => readonly PathRoute[];
  readonly metrics?: () => string;
  readonly admit?: () => void;
}

/** A control plane of its own among others in one process: the host, or a tenant. Nothing of it is started yet. */
export interface VirtualCluster {
  readonly core: Core;
  readonly api: ClusterApi;
  /** Absent where the API is not served. */
  readonly tree: AuditTree | undefined;
  /** Ends what follows the store and signs what is in the audit log; controllers must have been stopped before. */
  close(): Promise<void>;
}

/** Who tokens of a virtual cluster are issued by, which also says which cluster they are of. */
export function issuerOf(tenant: ClusterSettings['tenant']): string {
  return tenant === undefined ? defaultIssuer : `${defaultIssuer}/clusters/${tenant.name}/${tenant.uid}`;
}

/** The directories in which a tenant has files of its own. */
export function directoriesOf(dataDirectory: string, name: string): { audit: string; data: string } {
  const data = name === defaultTenant ? dataDirectory : join(dataDirectory, 'tenants', name);
  return { audit: join(dataDirectory, 'audit', name), data };
}

/** Removes the files of a tenant, whatever tenant of the name has left them. */
export async function removeFiles(dataDirectory: string, name: string): Promise<void> {
  if (name === defaultTenant) throw new RangeError('the files of the host are not those of a tenant');
  const { audit, data } = directoriesOf(dataDirectory, name);
  await rm(audit, { recursive: true, force: true });
  await rm(data, { recursive: true, force: true });
}

/** Makes sure that a directory holds nothing that an earlier tenant of the same name has left. */
async function claimDirectory(directory: string, uid: string): Promise<void> {
  const path = join(directory, 'tenant');
  ensurePrivateDirectory(directory);
  const owner = readPrivateFile(path)?.trim();
  if (owner === uid) return;
  if (owner !== undefined) {
    await rm(directory, { recursive: true, force: true });
    ensurePrivateDirectory(directory);
  }
  writePrivateFile(path, `${uid}\n`);
}

/**
 * Puts a virtual cluster together: what an empty one begins with is made.
 * @throws StoreError or KeyError naming what stands in the way and the remedy
 */
export async function openCluster(ground: ClusterGround, settings: ClusterSettings): Promise<VirtualCluster> {
  const { store, clock, random, version } = ground;
  const name = settings.tenant?.name ?? defaultTenant;
  const directories = directoriesOf(ground.dataDirectory, name);
  const { authenticator, services } = openIdentity(ground, settings.tenant);
  const { engine, withheld, kinds, quota, metrics, capabilityQuota } = settings;
  const { capabilities } = ground.core;
  const core = await assembleCore(store, {
    ...ground.core,
    ...services,
    capabilities: settings.tenant ? capabilities.filter(({ forTenants }) => forTenants) : capabilities,
    clock,
    random,
    // A tenant that is made anew under an old name finds nothing of the old one.
    dataDirectory: settings.tenant ? join(directories.data, settings.tenant.uid) : directories.data,
    tenant: name,
    ...(engine ? { engine } : {}),
    ...(withheld ? { withheld } : {}),
    ...(kinds ? { kinds } : {}),
    ...(quota ? { quota } : {}),
    ...(metrics ? { metrics } : {}),
    ...(capabilityQuota ? { capabilityQuota } : {}),
    version,
  });
  const { objects, registry, authorizer, audit } = core;
  const tree = ground.servesApi
    ? await openTree(ground, settings.tenant, directories.audit, audit.log)
    : undefined;
  const api = new ClusterApi({
    name,
    objects,
    registry,
    authenticator,
    authorizer,
    audit,
    version,
    paths: [
      ...(tree ? [auditRoutes({ logs: store.logs, tree, trail: audit })] : []),
      ...(settings.paths?.({ audit }) ?? []),
    ],
    protocols: core.protocols,
    ...(settings.metrics ? { metrics: settings.metrics } : {}),
    ...(settings.admit ? { admit: settings.admit } : {}),
  });
  return {
    core,
    api,
    tree,
    async close() {
      api.close();
      await core.close();
      await tree?.close();
    },
  };
}

async function openTree(
  { store, clock, random, dataDirectory, keysDirectory, hasPeers, core }: ClusterGround,
  tenant: ClusterSettings['tenant'],
  directory: string,
  log: string,
): Promise<AuditTree> {
  const name = tenant?.name ?? defaultTenant;
  ensurePrivateDirectory(join(dataDirectory, 'audit'));
  if (tenant) await claimDirectory(directory, tenant.uid);
  else ensurePrivateDirectory(directory);
  const keys = join(keysDirectory, 'audit');
  const signer =
    tenant && hasPeers
      ? sharedSigningKey(keys, tenant)
      : openSigningKey(tenant ? directory : join(keys, defaultTenant), name, random);
  return await AuditTree.open({ logs: store.logs, log, directory, signer, clock, onFault: core.onFault });
}

/** Everything that proves who somebody is in one virtual cluster. */
function openIdentity(
  { store, certificates, serviceAccountKey: key, clock, random }: ClusterGround,
  tenant: ClusterSettings['tenant'],
): { authenticator: Authenticator; services: IdentityServices } {
  const name = tenant?.name ?? defaultTenant;
  const settings: TokenSettings = { store, tenant: name, key, clock, issuer: issuerOf(tenant) };
  const serviceAccounts = new ServiceAccountAuthenticator(settings);
  const issue = tokenIssuer({ ...settings, random });
  return {
    authenticator: authenticatorChain([certificates.authenticator(tenant?.uid), serviceAccounts]),
    services: {
      authenticateToken: (token, audiences) => serviceAccounts.review(token, audiences),
      async issueToken({ serviceAccount, audiences, expirationSeconds, boundObject }) {
        const issued = await issue(serviceAccount, {
          audiences,
          expirationSeconds,
          ...(boundObject ? { boundObjectRef: boundObject } : {}),
        });
        const { token, audiences: granted, expirationTimestamp } = issued;
        return { token, audiences: granted, expiresAtMs: Date.parse(expirationTimestamp) };
      },
    },
  };
}
