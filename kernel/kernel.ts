import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { bucketOf, defaultTenant } from './api/keys.ts';
import { ApiServer } from './api/server.ts';
import { parseStored } from './api/versions.ts';
import { auditRoutes } from './audit/audit-routes.ts';
import { AuditTree } from './audit/audit-tree.ts';
import { openSigningKey } from './audit/signing-key.ts';
import { authenticatorChain } from './auth/authenticators/chain.ts';
import { clientCertificateAuthenticator } from './auth/authenticators/client-certificate.ts';
import { ServiceAccountAuthenticator } from './auth/authenticators/service-account-authenticator.ts';
import { openServiceAccountKey } from './auth/authenticators/service-account-key.ts';
import { type TokenSettings, tokenIssuer } from './auth/authenticators/service-account-tokens.ts';
import { openPki, type Pki } from './auth/pki/certificate-authority.ts';
import { writeKubeconfig } from './auth/pki/kubeconfig.ts';
import type { Authenticator } from './auth/port.ts';
import type { Capability } from './capability.ts';
import type { MetricFamily } from './control/metrics.ts';
import { assembleCore, type Core, type IdentityServices } from './core.ts';
import { envelopeCipher } from './crypto/envelope.ts';
import { openKeyring } from './crypto/keyring.ts';
import { ensurePrivateDirectory } from './crypto/private-file.ts';
import type { Client } from './model/client.ts';
import { sealedPlanBucket } from './plan/plan-record.ts';
import type { Clock } from './ports/clock.ts';
import { nodeProcesses } from './ports/node-processes.ts';
import type { Random } from './ports/random.ts';
import { Executor } from './run/exec/executor.ts';
import { sealedJournalBucket } from './run/journal-entry.ts';
import { runs } from './run/run-kind.ts';
import type { Store } from './store/port.ts';
import { openSqliteStore } from './store/sqlite-store.ts';

/** Where and how a kernel runs. */
export interface KernelOptions {
  /** Directory of everything that lasts: store, keys, certificates, kubeconfig. Made with mode 0700 when absent. */
  readonly dataDirectory: string;
  /** 0: any free port. */
  readonly port: number;
  readonly host: string;
  /** Version of the program, such as `0.1.0`. */
  readonly version: string;
  readonly capabilities: readonly Capability[];
  readonly clock: Clock;
  readonly random: Random;
  /** Told of errors that are ours, with what was being done. */
  readonly onFault: (what: string, error: unknown) => void;
}

/** A running control plane. */
export interface Kernel {
  /** Where clients reach it, such as `https://127.0.0.1:7443`. */
  readonly url: string;
  readonly kubeconfigPath: string;
  readonly store: Store;
  /** The API under the identity of an administrator. */
  client(fieldManager: string): Client;
  /** Stops in good order; resolves when the data directory is free again. */
  close(): Promise<void>;
}

/** How often the certificates are looked at. */
const renewEveryMs = 24 * 3600 * 1000;
/** How long requests under way are waited for when the kernel stops. */
const closeGraceMs = 2_000;

/**
 * Starts a control plane on the embedded store: opens the data directory, serves the API, starts the controllers.
 *
 * @returns when the API answers and what was stored is served
 * @throws StoreError or KeyError naming the directory and the remedy, Error EADDRINUSE or EACCES for the port
 */
export async function startKernel(options: KernelOptions): Promise<Kernel> {
  const { dataDirectory, clock, random, onFault } = options;
  mkdirSync(dataDirectory, { recursive: true, mode: 0o700 });
  const keyring = openKeyring(join(dataDirectory, 'keys'), random);
  const cipher = envelopeCipher(keyring, random, ['*/core/secrets/', sealedPlanBucket, sealedJournalBucket]);
  const [store, pki] = await Promise.all([
    openSqliteStore({ directory: join(dataDirectory, 'store'), clock, cipher }),
    openPki(join(dataDirectory, 'pki'), { clock, random, extraNames: [options.host] }),
  ]);
  try {
    return await startOn(store, pki, options);
  } catch (error) {
    await store.close().catch((closing: unknown) => onFault('closing the store', closing));
    throw error;
  }
}

async function startOn(store: Store, pki: Pki, options: KernelOptions): Promise<Kernel> {
  const { dataDirectory, clock, onFault } = options;
  const { authenticator, services } = openIdentity(store, pki, options);
  const exec = openExecutor(options);
  const core = await assembleCore(store, { ...options, rootCa: pki.ca, ...services, exec });
  const { objects, audit, registry, authorizer, control, runs: engine } = core;
  const tree = await openAuditTree(store, audit.log, options);
  const server = new ApiServer({
    objects,
    registry,
    authenticator,
    authorizer,
    audit,
    paths: [auditRoutes({ logs: store.logs, tree, trail: audit })],
    clock,
    tls: { key: pki.server.key.reveal(), cert: pki.server.certificate, ca: pki.ca },
    version: options.version,
    checks: [
      { name: 'ping', for: ['livez', 'readyz'], check: () => undefined },
      { name: 'store', for: ['readyz'], check: () => storeProblem(store) },
      { name: 'audit', for: ['readyz'], check: () => tree.problem },
    ],
    metrics: [() => storeMetrics(store), () => control.collect(), () => engine.collect()],
    onFault,
  });
  const port = await server.listen(options.port, options.host).catch(async (error: unknown) => {
    await tree.close();
    throw error;
  });
  const host = options.host.includes(':') ? `[${options.host}]` : options.host;
  const url = `https://${host}:${port}`;
  const kubeconfigPath = join(dataDirectory, 'kubeconfig');
  await writeAdminKubeconfig(kubeconfigPath, url, pki);
  const endRenewal = renewDaily(server, { kubeconfigPath, url }, options);
  control.start();
  await recoverPrograms(exec, core, onFault);
  engine.start();
  return {
    url,
    kubeconfigPath,
    store,
    client: (fieldManager) => core.client(fieldManager),
    async close() {
      endRenewal();
      await Promise.all([server.close(closeGraceMs), control.stop(closeGraceMs), engine.stop(closeGraceMs)]);
      core.close();
      await tree.close();
      await store.close();
    },
  };
}

function openAuditTree(
  store: Store,
  log: string,
  { dataDirectory, clock, random, onFault }: KernelOptions,
): Promise<AuditTree> {
  const audits = join(dataDirectory, 'audit');
  ensurePrivateDirectory(audits);
  const directory = join(audits, defaultTenant);
  const signer = openSigningKey(directory, defaultTenant, random);
  return AuditTree.open({ logs: store.logs, log, directory, signer, clock, onFault });
}

function openExecutor({ dataDirectory, clock, random }: KernelOptions): Executor {
  const directory = join(dataDirectory, 'runs');
  return new Executor({
    directory,
    processes: nodeProcesses(clock, random),
    clock,
    environment: process.env,
  });
}

/** Ends what a killed process left running, before runs go on, and removes the logs of runs that are no more. */
async function recoverPrograms(
  exec: Executor,
  { objects }: Core,
  onFault: KernelOptions['onFault'],
): Promise<void> {
  try {
    await exec.recover();
    const stored = objects.store.list(bucketOf(objects.tenant, runs)).objects;
    const uids = new Set(stored.map((one) => parseStored(one).metadata.uid));
    await exec.logs.sweep((uid) => uids.has(uid));
  } catch (error) {
    onFault('clearing up after programs of runs', error);
  }
}

async function writeAdminKubeconfig(path: string, server: string, pki: Pki): Promise<void> {
  writeKubeconfig(path, { server, ca: pki.ca, user: await pki.adminCertificate() });
}

/**
 * Looks at the certificates once a day, so that a process that runs for years never serves one that has ended.
 * @returns what ends it
 */
function renewDaily(
  server: ApiServer,
  { kubeconfigPath, url }: { kubeconfigPath: string; url: string },
  options: KernelOptions,
): () => void {
  const { clock, random, dataDirectory, host, onFault } = options;
  const renew = async (): Promise<void> => {
    const pki = await openPki(join(dataDirectory, 'pki'), { clock, random, extraNames: [host] });
    server.renewCertificate({ key: pki.server.key.reveal(), cert: pki.server.certificate, ca: pki.ca });
    await writeAdminKubeconfig(kubeconfigPath, url, pki);
  };
  let cancel = (): void => {};
  const schedule = (): void => {
    cancel = clock.after(renewEveryMs, () => {
      renew().catch((error: unknown) => onFault('renewing certificates', error));
      schedule();
    });
  };
  schedule();
  return () => cancel();
}

interface Identity {
  readonly authenticator: Authenticator;
  readonly services: IdentityServices;
}

/** Everything that proves who somebody is. */
function openIdentity(store: Store, pki: Pki, { dataDirectory, clock, random }: KernelOptions): Identity {
  const key = openServiceAccountKey(join(dataDirectory, 'pki'));
  const settings: TokenSettings = { store, tenant: defaultTenant, key, clock };
  const serviceAccounts = new ServiceAccountAuthenticator(settings);
  const issue = tokenIssuer({ ...settings, random });
  return {
    authenticator: authenticatorChain([clientCertificateAuthenticator(pki.ca, clock), serviceAccounts]),
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

function storeProblem(store: Store): string | undefined {
  const { writable, cause, hint } = store.health();
  return writable ? undefined : `${cause ?? 'the store cannot be written'}${hint ? `; ${hint}` : ''}`;
}

function storeMetrics(store: Store): MetricFamily[] {
  const stats = store.stats();
  const one = (name: string, type: 'counter' | 'gauge', help: string, value: number): MetricFamily => ({
    name,
    help,
    type,
    samples: [{ labels: {}, value }],
  });
  return [
    one('plinth_store_objects', 'gauge', 'Objects in the store.', stats.objects),
    one(
      'plinth_store_watchers',
      'gauge',
      'Watchers of the store, those inside the process included.',
      stats.watchers,
    ),
    one('plinth_store_revision', 'gauge', 'Newest revision.', stats.revision),
    one(
      'plinth_store_compacted_revision',
      'gauge',
      'Oldest revision that can be listed or watched from.',
      stats.compactedRevision,
    ),
    one('plinth_store_commit_groups_total', 'counter', 'Groups of commits made durable.', stats.groups),
    one('plinth_store_operations_total', 'counter', 'Operations made durable.', stats.operations),
    one(
      'plinth_store_sync_seconds_total',
      'counter',
      'Time spent in making groups durable.',
      stats.syncSeconds,
    ),
    one('plinth_store_disk_bytes', 'gauge', 'Bytes of the database and its log.', stats.diskBytes),
    one('plinth_store_pending_operations', 'gauge', 'Operations waiting to be made durable.', stats.pending),
    one('plinth_store_writable', 'gauge', '1 when the store takes writes.', store.health().writable ? 1 : 0),
  ];
}
