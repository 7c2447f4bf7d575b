import type { PathRoute } from '../api/cluster-api.ts';
import type { Core } from '../core.ts';
import { methodNotAllowed, unknownPath } from '../model/status-error.ts';
import type { RunEngine } from '../run/run-engine.ts';
import { TenantQuota } from './quota.ts';
import { RequestRate } from './request-rate.ts';
import { RunBudget } from './run-budget.ts';
import type { Tenant } from './tenant-kind.ts';
import type { RunningTenant } from './tenants.ts';
import type { TenantUsage } from './usage-fields.ts';
import { UsageMeter } from './usage-meter.ts';
import { type ClusterGround, openCluster, type VirtualCluster } from './virtual-cluster.ts';

/** What tenants are started with. */
export interface StartTenantOptions {
  readonly ground: ClusterGround;
  readonly engine: RunEngine;
  /**
   * Begins the work of a tenant in this process: its controllers and its runs.
   * @returns what ends it
   */
  readonly begin: (core: Core) => () => Promise<void>;
}

/** A tenant that this process serves, with what it uses. */
export interface MeteredTenant extends RunningTenant {
  usage(): TenantUsage;
  readonly meter: UsageMeter;
}

/**
 * Puts a tenant together and begins its work.
 * @throws StoreError or KeyError naming what stands in the way and the remedy
 */
export async function startTenant(tenant: Tenant, options: StartTenantOptions): Promise<MeteredTenant> {
  const { ground, engine } = options;
  const { clock, store } = ground;
  const { name, uid } = tenant.metadata;
  const quota = new TenantQuota(name);
  const rate = new RequestRate(name, clock);
  let meter: UsageMeter | undefined;
  const budget = new RunBudget(
    clock,
    () => meter?.runMs ?? 0,
    () => engine.wakeTenant(name),
  );
  let capabilityQuotas: Readonly<Record<string, number>> = {};
  const update = ({ spec }: Tenant): void => {
    const quotas = spec.quotas ?? {};
    capabilityQuotas = quotas.capabilities ?? {};
    quota.set(quotas);
    rate.set(quotas);
    budget.set(quotas.runMinutes);
  };
  update(tenant);
  const cluster = await openCluster(ground, {
    tenant: { name, uid },
    engine,
    quota,
    capabilityQuota: (asked) => capabilityQuotas[asked],
    withheld: () => budget.withheld(),
    admit() {
      rate.admit();
      meter?.request();
    },
    paths: () => [usageRoute(() => meter?.usage())],
  });
  try {
    const { audit } = cluster.core;
    meter = await UsageMeter.open({ store, tenant: name, audit, clock, onFault: ground.core.onFault });
    return running({ name, uid, cluster, meter, budget, update, end: options.begin(cluster.core) });
  } catch (error) {
    await cluster.close();
    throw error;
  }
}

function running(parts: {
  readonly name: string;
  readonly uid: string;
  readonly cluster: VirtualCluster;
  readonly meter: UsageMeter;
  readonly budget: RunBudget;
  readonly update: (tenant: Tenant) => void;
  readonly end: () => Promise<void>;
}): MeteredTenant {
  const { name, uid, cluster, meter, budget, update, end } = parts;
  return {
    name,
    uid,
    api: cluster.api,
    meter,
    update,
    usage: () => meter.usage(),
    async stop(isDeleted) {
      cluster.api.close();
      budget.stop();
      await end();
      if (isDeleted) meter.drop();
      else await meter.close();
      await cluster.close();
    },
  };
}

/** `GET /usage` below the path of a tenant: what it uses and has used. */
function usageRoute(usage: () => TenantUsage | undefined): PathRoute {
  return {
    prefix: '/usage',
    handle(exchange, info) {
      const { method } = exchange.request;
      if (method !== 'GET' && method !== 'HEAD') throw methodNotAllowed();
      const now = usage();
      if (info.path !== '/usage' || !now) throw unknownPath();
      exchange.json(200, JSON.stringify(now));
    },
  };
}
