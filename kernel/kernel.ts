import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import type { HealthCheck } from './api/health.ts';
import { ApiServer } from './api/server.ts';
import { parseStored } from './api/versions.ts';
import type { Website } from './api/website.ts';
import { ClientCertificates } from './auth/authenticators/client-certificate.ts';
import { openServiceAccountKey } from './auth/authenticators/service-account-key.ts';
import type { Pki } from './auth/pki/certificate-authority.ts';
import { writeKubeconfig } from './auth/pki/kubeconfig.ts';
import { backupRoute } from './backup/backup-route.ts';
import type { Capability } from './capability.ts';
import type { Role } from './cluster/ownership.ts';
import { PeerLogs, peerLogRoute } from './cluster/peer-logs.ts';
import type { Controller } from './control/controller.ts';
import type { MetricFamily } from './control/metrics.ts';
import type { Core } from './core.ts';
import { type Ground, type GroundOptions, openCertificates, openGround } from './ground.ts';
import type { Client } from './model/client.ts';
import { capturedProcesses } from './ports/captured-process.ts';
import { type HostedProcesses, hostedProcesses } from './ports/hosted-processes.ts';
import { PeerClient } from './ports/peer-client.ts';
import type { Processes } from './ports/processes.ts';
import { Executor } from './run/exec/executor.ts';
import type { ExecPort } from './run/exec-port.ts';
import { RunEngine } from './run/run-engine.ts';
import { runs } from './run/run-kind.ts';
import type { Store } from './store/port.ts';
import { stopGraceMs } from './tenancy/limits.ts';
import { type MeteredTenant, startTenant } from './tenancy/start-tenant.ts';
import { tenantController } from './tenancy/tenant-controller.ts';
import { tenantKind } from './tenancy/tenant-kind.ts';
import { tenantMetrics } from './tenancy/tenant-metrics.ts';
import { Tenants } from './tenancy/tenants.ts';
import type { TenantUsage } from './tenancy/usage-fields.ts';
import {
  type ClusterGround,
  openCluster,
  removeFiles,
  type VirtualCluster,
} from './tenancy/virtual-cluster.ts';

/** Where and how a kernel runs. */
export interface KernelOptions extends GroundOptions {
  /** 0: any free port. */
  readonly port: number;
  readonly capabilities: readonly Capability[];
  /** What browsers get of a process that serves the API. */
  readonly website?: Website;
}

/** A running control plane. */
export interface Kernel {
  /** Where clients reach it, such as `https://127.0.0.1:7443`. */
  readonly url: string;
  /** The administrator's; written by processes that serve the API. */
  readonly kubeconfigPath: string;
  /** The parts of the work that this process does. */
  readonly roles: readonly Role[];
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
 * Starts a control plane, or one process of it: opens its store and keys, serves the API, starts the controllers.
 *
 * @param ground - what it stands on, where somebody has begun to open it; it is closed when the start fails.
 * @returns when the API answers and what was stored is served
 * @throws StoreError or KeyError naming the directory and the remedy, Error EADDRINUSE or EACCES for the port
 */
export async function startKernel(
  options: KernelOptions,
  ground: Promise<Ground> = openGround(options),
): Promise<Kernel> {
  const opened = await ground;
  try {
    return await startOn(opened, options);
  } catch (error) {
    const { store } = opened;
    await store.close().catch((closing: unknown) => options.onFault('closing the store', closing));
    throw error;
  }
}

/** The parts of a kernel, put together and not started. */
interface Parts {
  readonly host: VirtualCluster;
  readonly tenants: Tenants;
  readonly engine: RunEngine;
  readonly executor: Executor;
  readonly processes: HostedProcesses;
  readonly server: ApiServer;
}

async function openParts(opened: Ground, options: KernelOptions): Promise<Parts> {
  const { store, pki, cipher, keysDirectory, roles, cluster } = opened;
  const { dataDirectory, clock, random, onFault, version } = options;
  const servesApi = roles.includes('api');
  const ownership = cluster ? { ownership: cluster } : {};
  const processes = hostedProcesses(clock, random);
  const executor = openExecutor(options, processes);
  const exec = await withPeers(executor, opened);
  const ground: ClusterGround = {
    ...options,
    store,
    keysDirectory,
    hasPeers: cluster !== undefined,
    servesApi,
    certificates: new ClientCertificates(pki.ca, clock),
    serviceAccountKey: openServiceAccountKey(join(keysDirectory, 'pki')),
    core: {
      capabilities: options.capabilities,
      rootCa: pki.ca,
      exec,
      programs: capturedProcesses(processes),
      cipher,
      onFault,
      ...ownership,
    },
  };
  const engine = new RunEngine({ tenants: [], clock, random, onFault, exec, ...ownership });
  // The server needs the clusters, and they tell it things later.
  const late: { server?: ApiServer } = {};
  const host = await openCluster(ground, {
    engine,
    kinds: [tenantKind],
    metrics: () => late.server?.metricsText() ?? '',
    paths: ({ audit }) => [
      backupRoute({ store, cipher, dataDirectory, keysDirectory, program: version, clock, trail: audit }),
      ...(cluster ? [peerLogRoute(executor.logs)] : []),
    ],
  });
  const { control } = host.core;
  engine.addTenant(host.core.runTenant);
  const { tenants, controller, collect } = openTenants(ground, engine, {
    host,
    changed: (count) => late.server?.shareAmong(count),
  });
  control.add(controller);
  const server = new ApiServer({
    host: host.api,
    tenants,
    clock,
    tls: { key: pki.server.key.reveal(), cert: pki.server.certificate, ca: pki.ca },
    ...(servesApi ? {} : { healthOnly: roles.join(', ') }),
    ...(options.website ? { website: options.website } : {}),
    checks: healthChecks(opened, host),
    metrics: [
      () => storeMetrics(store),
      () => control.collect(),
      () => engine.collect(),
      collect,
      () => host.core.collect(),
      () => cluster?.collect() ?? [],
    ],
    onFault,
  });
  late.server = server;
  return { host, tenants, engine, executor, processes, server };
}

async function startOn(opened: Ground, options: KernelOptions): Promise<Kernel> {
  const { store, pki, roles, cluster } = opened;
  const { host, tenants, engine, executor, processes, server } = await openParts(opened, options);
  const { control } = host.core;
  const servesApi = roles.includes('api');
  await tenants.start();
  const port = await server.listen(options.port, options.host).catch(async (error: unknown) => {
    await tenants.stop();
    await host.tree?.close();
    throw error;
  });
  const url = urlOf(isAnyAddress(options.host) ? '127.0.0.1' : options.host, port);
  const kubeconfigPath = join(options.dataDirectory, 'kubeconfig');
  if (servesApi) await writeAdminKubeconfig(kubeconfigPath, url, pki);
  const endRenewal = renewDaily(server, servesApi ? { kubeconfigPath, url } : undefined, options);
  control.start();
  if (roles.includes('workers')) {
    await recoverPrograms(executor, store, options.onFault);
    engine.start();
  }
  await cluster?.start(peerUrl(options.host, port));
  return {
    url,
    kubeconfigPath,
    roles,
    store,
    client: (fieldManager) => host.core.client(fieldManager),
    async close() {
      endRenewal();
      await Promise.all([server.close(closeGraceMs), control.stop(closeGraceMs), engine.stop(closeGraceMs)]);
      await tenants.stop();
      await host.close();
      processes.close();
      await cluster?.close();
      await store.close();
    },
  };
}

/** Where other processes reach this one: an address of the machine when it listens on all of them. */
function peerUrl(host: string, port: number): string {
  if (!isAnyAddress(host)) return urlOf(host, port);
  const all = Object.values(networkInterfaces()).flatMap((one) => one ?? []);
  return urlOf(all.find(({ internal }) => !internal)?.address ?? '127.0.0.1', port);
}

/** Whether to listen there is to listen on all addresses, so that it names none. */
function isAnyAddress(host: string): boolean {
  return host === '0.0.0.0' || host === '::';
}

function urlOf(host: string, port: number): string {
  return `https://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/** The tenants of the installation, and the controller that keeps their Tenant objects. */
function openTenants(
  ground: ClusterGround,
  engine: RunEngine,
  { host, changed }: { readonly host: VirtualCluster; readonly changed: (count: number) => void },
): { readonly tenants: Tenants; readonly controller: Controller; readonly collect: () => MetricFamily[] } {
  const { store, certificates, clock, dataDirectory, core, hasPeers } = ground;
  const metered = new Map<string, MeteredTenant>();
  const begin = ({ control, runTenant }: Core): (() => Promise<void>) => {
    control.start();
    engine.addTenant(runTenant);
    return async () => {
      const { tenant } = runTenant.objects;
      await Promise.all([control.stop(stopGraceMs), engine.removeTenant(tenant, stopGraceMs)]);
    };
  };
  const tenants = new Tenants({
    store,
    certificates,
    host: () => host.api,
    clock,
    changed,
    // In a process that did not do the removal; in the one that did there is nothing left.
    async gone(name) {
      metered.delete(name);
      await removeFiles(dataDirectory, name);
    },
    onFault: core.onFault,
    async start(tenant) {
      const started = await startTenant(tenant, { ground, engine, begin });
      metered.set(started.name, started);
      return started;
    },
  });
  const usage = (name: string): TenantUsage | undefined =>
    tenants.running(name) ? metered.get(name)?.usage() : undefined;
  const { exec } = core;
  return {
    tenants,
    controller: tenantController({ tenants, usage, store, dataDirectory, exec, hasPeers }),
    collect: () => {
      const usages = [...tenants.all()].map(({ name }) => [name, usage(name)] as const);
      return tenantMetrics(
        new Map(usages.filter((one): one is [string, TenantUsage] => one[1] !== undefined)),
      );
    },
  };
}

function openExecutor({ dataDirectory, clock }: KernelOptions, processes: Processes): Executor {
  const directory = join(dataDirectory, 'runs');
  return new Executor({
    directory,
    processes,
    clock,
    environment: process.env,
  });
}

/** Runs programs here; where the API is served, their logs are read from all processes that run some. */
async function withPeers(executor: Executor, { cluster, roles, pki }: Ground): Promise<ExecPort> {
  if (!cluster || !roles.includes('api')) return executor;
  const { certificate, key } = await pki.adminCertificate();
  const client = new PeerClient({ ca: pki.ca, cert: certificate, key: key.reveal() });
  return {
    exec: (request) => executor.exec(request),
    settle: (...asked) => executor.settle(...asked),
    remove: (runUid) => executor.remove(runUid),
    logs: new PeerLogs(executor.logs, () => cluster.peers('workers'), client),
  };
}

/** Ends what a killed process left running, before runs go on, and removes the logs of runs that are no more. */
async function recoverPrograms(
  exec: Executor,
  store: Store,
  onFault: KernelOptions['onFault'],
): Promise<void> {
  try {
    await exec.recover();
    const uids = new Set<string>();
    for (const bucket of store.buckets()) {
      if (!bucket.endsWith(`/${runs.group}/${runs.resource}`)) continue;
      for (const one of store.list(`${bucket}/`).objects) uids.add(parseStored(one).metadata.uid);
    }
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
  kubeconfig: { readonly kubeconfigPath: string; readonly url: string } | undefined,
  options: KernelOptions,
): () => void {
  const { clock, onFault } = options;
  const renew = async (): Promise<void> => {
    const pki = await openCertificates(options);
    server.renewCertificate({ key: pki.server.key.reveal(), cert: pki.server.certificate, ca: pki.ca });
    if (kubeconfig) await writeAdminKubeconfig(kubeconfig.kubeconfigPath, kubeconfig.url, pki);
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

/** What must be right for the process to be ready; each part of its work is one of them. */
function healthChecks({ store, roles, cluster }: Ground, host: VirtualCluster): HealthCheck[] {
  const works = roles.filter((role) => role !== 'api');
  return [
    { name: 'ping', for: ['livez', 'readyz'], check: () => undefined },
    { name: 'store', for: ['readyz'], check: () => storeProblem(store) },
    ...(host.tree ? [{ name: 'audit', for: ['readyz' as const], check: () => host.tree?.problem }] : []),
    ...(cluster
      ? works.map((name) => ({ name, for: ['readyz' as const], check: () => cluster.problem }))
      : []),
  ];
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
