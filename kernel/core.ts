import { resolve } from 'node:path';
import type { HttpProtocol } from './api/http-protocol.ts';
import { bucketOf, defaultTenant } from './api/keys.ts';
import { LocalClient } from './api/local-client.ts';
import { Objects } from './api/objects.ts';
import { Registry } from './api/registry.ts';
import type { WriteQuota } from './api/write-quota.ts';
import { type ApprovalTargetRef, approvalKind } from './approval/approval-kind.ts';
import { type ApprovalTarget, ApprovalTargets } from './approval/approval-targets.ts';
import { AuditTrail } from './audit/trail.ts';
import type { UserInfo } from './auth/port.ts';
import { aggregatedRules } from './auth/rbac/aggregation.ts';
import { mastersGroup, RbacAuthorizer } from './auth/rbac/authorizer.ts';
import { bindingRefusal, roleRefusal } from './auth/rbac/escalation.ts';
import { type Role, roleOf } from './auth/rbac/role.ts';
import { bootstrap } from './bootstrap.ts';
import { type BuiltinServices, builtinKinds } from './builtin/builtin-kinds.ts';
import type { Capability, CapabilityParts } from './capability.ts';
import { CapabilityKeys } from './capability-keys.ts';
import { CapabilityLogs } from './capability-logs.ts';
import type { Ownership } from './cluster/ownership.ts';
import { aggregatedClusterRoles } from './control/aggregated-clusterroles.ts';
import { ControlPlane } from './control/control-plane.ts';
import { defineController } from './control/controller.ts';
import { eventExpiry } from './control/event-expiry.ts';
import { EventWriter } from './control/events.ts';
import { garbageCollector } from './control/garbage-collector.ts';
import type { MetricFamily } from './control/metrics.ts';
import { namespaceController } from './control/namespace-controller.ts';
import { crdController } from './crd/crd-controller.ts';
import { followCrds } from './crd/follow-crds.ts';
import { ServedCrds } from './crd/served-crds.ts';
import type { ByteCipher } from './crypto/envelope.ts';
import { driftController } from './drift/drift-controller.ts';
import { driftKind } from './drift/drift-kind.ts';
import { DriftReporter } from './drift/drift-reporter.ts';
import type { Client } from './model/client.ts';
import { type KindDefinition, resourceOf } from './model/define-kind.ts';
import type { Strategy } from './model/resource-type.ts';
import { forbidden } from './model/status-error.ts';
import { applyRun } from './plan/apply-run.ts';
import { ChangePolicies } from './plan/change-policies.ts';
import { planController } from './plan/plan-controller.ts';
import { Planning } from './plan/planning.ts';
import { policyGate } from './plan/policy-gate.ts';
import { AdmissionControl } from './policy/admission-control.ts';
import { admissionPolicyController } from './policy/policy-controller.ts';
import type { Capture } from './ports/captured-process.ts';
import type { Clock } from './ports/clock.ts';
import type { Random } from './ports/random.ts';
import type { ExecPort } from './run/exec-port.ts';
import { approvalTargetOf } from './run/run-approval-target.ts';
import { RunDefinitions } from './run/run-definitions.ts';
import { RunEngine } from './run/run-engine.ts';
import { isRun, runKind, runs } from './run/run-kind.ts';
import { runLogStream } from './run/run-log-stream.ts';
import type { RunStarter } from './run/run-request.ts';
import { runRules } from './run/run-rules.ts';
import type { RunTenant } from './run/run-tenant.ts';
import { scheduleController } from './run/schedule-controller.ts';
import { runScheduleKind } from './run/schedule-kind.ts';
import { Services } from './services.ts';
import type { Store } from './store/port.ts';

/** What proves identities, for the kinds that answer with it. */
export type IdentityServices = Pick<BuiltinServices, 'authenticateToken' | 'issueToken'>;

/** What the core stands on. */
export interface CoreOptions extends IdentityServices {
  /** Whose virtual cluster it is; absent: the host's. */
  readonly tenant?: string;
  /** Bounds what may be stored; absent: there is no bound. */
  readonly quota?: WriteQuota;
  /** Carries out the runs of several tenants; absent: the core has an engine of its own. */
  readonly engine?: RunEngine;
  /** Why no run may go on now; absent: they always may. */
  readonly withheld?: () => string | undefined;
  /** Which controllers and runs are this process's; absent: all. */
  readonly ownership?: Ownership;
  /** Kinds that only this core serves. */
  readonly kinds?: readonly KindDefinition[];
  readonly capabilities: readonly Capability[];
  readonly clock: Clock;
  readonly random: Random;
  /** Each capability gets a directory of its own below it. */
  readonly dataDirectory: string;
  /** Version of the program; `0.0.0` unless told. */
  readonly version?: string;
  /** The metrics of the whole process, for who may see them. */
  readonly metrics?: () => string;
  /** How much of something of a capability the tenant may have, by `CAPABILITY.QUOTA`. */
  readonly capabilityQuota?: (name: string) => number | undefined;
  /** PEM text of the authority that clients inside namespaces trust. */
  readonly rootCa: string;
  /** Runs programs for `run.exec`; absent, that fails. */
  readonly exec?: ExecPort;
  /** Programs of the machine, for capabilities; absent, they fail. */
  readonly programs?: Capture;
  /** Seals the logs of capabilities; absent, they can have none. */
  readonly cipher?: ByteCipher;
  /** Told of errors that are ours, with what was being done. */
  readonly onFault: (what: string, error: unknown) => void;
}

/** The control plane without its network: kinds, rules and controllers over a store. */
export interface Core {
  readonly objects: Objects;
  readonly audit: AuditTrail;
  readonly registry: Registry;
  readonly authorizer: RbacAuthorizer;
  /** Not started yet. */
  readonly control: ControlPlane;
  /** Carries runs out. An engine of its own is not started yet; one that is shared does not know the core yet. */
  readonly runs: RunEngine;
  /** What an engine that is shared has to know. */
  readonly runTenant: RunTenant;
  /** The API under the identity of an administrator. */
  client(fieldManager: string): Client;
  /** What the capabilities serve beside the Kubernetes API. */
  readonly protocols: readonly HttpProtocol[];
  /** What the capabilities count. */
  collect(): MetricFamily[];
  /** Stops following the store and closes the capabilities; the controllers must have been stopped before. */
  close(): Promise<void>;
}

const kernelUser: UserInfo = { username: 'system:plinth', groups: [mastersGroup, 'system:authenticated'] };
/** Capabilities act under RBAC like anybody else; the bootstrap binds this group to a role. */
const capabilityGroup = 'system:plinth:capabilities';

/**
 * Puts the kernel together over a store: serves the built-in kinds, those of the capabilities and those of stored
 * definitions, makes what an empty control plane begins with, and sets the controllers up. All that is impure comes in
 * through the options, so that a simulation runs exactly what a server runs.
 */
export async function assembleCore(store: Store, options: CoreOptions): Promise<Core> {
  const { clock, random, onFault } = options;
  const tenant = options.tenant ?? defaultTenant;
  const registry = new Registry();
  const authorizer = new RbacAuthorizer(store, tenant);
  const audit = new AuditTrail({ store, tenant, clock, random, onFault });
  const policies = new ChangePolicies(store, tenant, () => registry.all());
  const admission = new AdmissionControl({ store, tenant, registry, authorizer, clock });
  const [gate, review] = [policyGate(policies), admission.review];
  const objects = new Objects({ ...options, store, tenant, audit, gate, review });
  const targets = new ApprovalTargets();
  const planning = new Planning({
    store,
    tenant,
    registry,
    authorizer,
    objects,
    clock,
    random,
    policies,
    targets,
    kernelUser,
    quota: options.quota,
    admission,
    escalation: escalationChecks,
  });
  const definitions = new RunDefinitions();
  const clientFor = (user: UserInfo, fieldManager: string): Client =>
    new LocalClient({ objects, registry, authorizer, user, fieldManager, onFault });
  const kinds = [...planning.kinds, ...admission.kinds, approvalKind(targets)];
  kinds.push(...servedKinds(options, { authorizer, definitions, objects, registry }));
  registry.setAll(kinds.map(resourceOf));
  const { servedCrds, unfollow } = serveCrds(store, tenant, registry, onFault);
  const client = clientFor(kernelUser, 'plinth');
  if (store.health().writable) await bootstrap(client, capabilityGroup);
  definitions.add(applyRun({ client, apply: (...asked) => planning.applyFor(...asked) }));
  targets.register('Run', (ref) => runTarget(client, ref));
  const runTenant: RunTenant = {
    objects,
    registry,
    definitions,
    recorder: new EventWriter({ client, clock, component: 'plinth-runs' }),
    ...(options.withheld ? { withheld: options.withheld } : {}),
  };
  const engine = options.engine ?? ownEngine(runTenant, options);
  const base = { store, tenant, audit, registry, client, clientFor };
  const parts = { ...base, servedCrds, planning, definitions, engine };
  const control = controlPlane(options, parts);
  const opened = await openCapabilities(options, parts, control);
  return {
    objects,
    audit,
    registry,
    authorizer,
    runTenant,
    control,
    runs: engine,
    protocols: opened.flatMap(({ protocols = [] }) => protocols),
    collect: () => opened.flatMap(({ metrics }) => metrics?.() ?? []),
    client: (fieldManager) => clientFor(kernelUser, fieldManager),
    async close() {
      unfollow();
      admission.close();
      authorizer.close();
      await Promise.all(opened.map(async (one) => await one.close?.()));
    },
  };
}

/** The kinds of the kernel that need nothing but rights and definitions, and those of others. */
function servedKinds(
  options: CoreOptions,
  parts: {
    readonly authorizer: RbacAuthorizer;
    readonly definitions: RunDefinitions;
    readonly objects: Objects;
    readonly registry: Registry;
  },
): KindDefinition[] {
  const { authorizer, definitions, objects, registry } = parts;
  return [
    ...builtinKinds({ ...options, authorizer, ...escalationChecks(authorizer) }),
    driftKind,
    runScheduleKind(definitions, authorizer),
    runKind({ ...runRules(definitions, authorizer), ...runStreams(options.exec, objects, registry) }),
    ...(options.kinds ?? []),
    ...options.capabilities.flatMap(({ kinds, hostKinds = [] }) =>
      options.tenant === undefined || options.tenant === defaultTenant ? [...kinds, ...hostKinds] : kinds,
    ),
  ];
}

/** An engine that knows one tenant. */
function ownEngine(tenant: RunTenant, options: CoreOptions): RunEngine {
  const { clock, random, onFault, exec, ownership } = options;
  return new RunEngine({
    tenants: [tenant],
    clock,
    random,
    onFault,
    ...(exec ? { exec } : {}),
    ...(ownership ? { ownership } : {}),
  });
}

/** The run that an approval is about. */
function runTarget(client: Client, ref: ApprovalTargetRef): ApprovalTarget | undefined {
  const run = client.get(runs, { name: ref.name, namespace: ref.namespace ?? '' });
  return approvalTargetOf(run && isRun(run) ? run : undefined, ref);
}

/** What of runs is read as a stream. */
function runStreams(
  exec: ExecPort | undefined,
  objects: Objects,
  registry: Registry,
): Pick<Strategy, 'streams'> {
  return exec?.logs ? { streams: { log: runLogStream(exec.logs, objects, registry) } } : {};
}

/** Spec: Kubernetes RBAC, Privilege escalation prevention and bootstrapping. */
function escalationChecks(authorizer: RbacAuthorizer): Pick<BuiltinServices, 'checkRole' | 'checkBinding'> {
  return {
    checkRole(object, old, { user, operation }) {
      if (operation === 'delete' || (old && sameFields(object, old, ['rules', 'aggregationRule']))) return;
      const why = roleRefusal(authorizer, user, object);
      if (why !== undefined) throw forbidden(refOf(object), why);
    },
    checkBinding(object, old, { user, operation }) {
      if (operation === 'delete' || (old && sameFields(object, old, ['subjects', 'roleRef']))) return;
      const why = bindingRefusal(authorizer, user, object);
      if (why !== undefined) throw forbidden(refOf(object), why);
    },
  };
}

function sameFields(
  a: Record<string, unknown>,
  b: Record<string, unknown>,
  fields: readonly string[],
): boolean {
  return fields.every((field) => JSON.stringify(a[field]) === JSON.stringify(b[field]));
}

function refOf(object: { kind: string; metadata: { name: string } }): Parameters<typeof forbidden>[0] {
  return {
    group: 'rbac.authorization.k8s.io',
    resource: `${object.kind.toLowerCase()}s`,
    name: object.metadata.name,
  };
}

/** Serves the stored definitions, so that their kinds are there before the API is ready, and those that come. */
function serveCrds(
  store: Store,
  tenant: string,
  registry: Registry,
  onFault: CoreOptions['onFault'],
): { servedCrds: ServedCrds; unfollow: () => void } {
  const served = new ServedCrds(registry);
  const bucket = bucketOf(tenant, {
    group: 'apiextensions.k8s.io',
    resource: 'customresourcedefinitions',
  });
  return { servedCrds: served, unfollow: followCrds(store, bucket, { served, registry, onFault }) };
}

const noPrograms: Capture = {
  run: () => Promise.reject(new Error('this process runs no programs')),
};

interface ControlParts {
  readonly store: Store;
  readonly tenant: string;
  readonly audit: AuditTrail;
  readonly client: Client;
  readonly clientFor: (user: UserInfo, fieldManager: string) => Client;
  readonly registry: Registry;
  readonly servedCrds: ServedCrds;
  readonly planning: Planning;
  readonly definitions: RunDefinitions;
  readonly engine: RunEngine;
}

function controlPlane(options: CoreOptions, parts: ControlParts): ControlPlane {
  const { clock, random, onFault, rootCa } = options;
  const { client } = parts;
  const recorder = new EventWriter({ client, clock, component: 'plinth' });
  const environment = {
    client,
    clock,
    random,
    recorder,
    onError: (controller: string, key: string, error: unknown) =>
      onFault(`controller ${controller} on ${key}`, error),
  };
  const control = new ControlPlane(environment, options.ownership);
  const crds = crdController({ client, registry: parts.registry, served: parts.servedCrds, clock });
  control.add(defineController({ ...crds, reconcile: async (name) => await crds.reconcile(name) }));
  control.add(garbageCollector());
  control.add(namespaceController({ rootCa }));
  control.add(eventExpiry());
  control.add(scheduleController());
  control.add(planController(parts.planning.records));
  control.add(admissionPolicyController());
  control.add(driftController());
  control.add(
    aggregatedClusterRoles((role, all) => {
      const parsed = roleOf(role);
      return parsed
        ? aggregatedRules(
            parsed,
            all.map(roleOf).filter((one): one is Role => one !== undefined),
          )
        : [];
    }),
  );
  return control;
}

/** Opens the capabilities and adds what they bring along. */
async function openCapabilities(
  options: CoreOptions,
  parts: ControlParts,
  control: ControlPlane,
): Promise<readonly CapabilityParts[]> {
  const { clock, random, onFault, dataDirectory } = options;
  const services = new Services();
  const opened: CapabilityParts[] = [];
  for (const capability of options.capabilities) {
    const user: UserInfo = {
      username: `system:plinth:${capability.name}`,
      groups: [capabilityGroup, 'system:authenticated'],
    };
    const client = parts.clientFor(user, `plinth-${capability.name}`);
    const recorder = new EventWriter({ client, clock, component: `plinth-${capability.name}` });
    const one = await capability.open({
      client,
      clientAs: (fieldManager: string) => parts.clientFor(user, fieldManager),
      clock,
      random,
      // Programs that work in directories of their own find it, too.
      dataDirectory: resolve(dataDirectory, capability.name),
      logs: new CapabilityLogs(parts.store, options.cipher, `${parts.tenant}/${capability.name}`),
      keys: new CapabilityKeys(options.cipher, `${parts.tenant}/${capability.name}`),
      recorder,
      audit: {
        entry: (path, facts) => parts.audit.action(path, user, undefined, facts),
        enter: async (path, facts) => await parts.audit.acted(path, user, undefined, facts),
      },
      drift: new DriftReporter({ client, clock, recorder, name: capability.name }),
      runs: starterOf(parts.engine, parts.tenant),
      runLogs: options.exec?.logs,
      services,
      tenant: parts.tenant,
      version: options.version ?? '0.0.0',
      processMetrics: options.metrics,
      programs: options.programs ?? noPrograms,
      quota: (name) => options.capabilityQuota?.(`${capability.name}.${name}`),
      onFault,
    });
    opened.push(one);
    for (const definition of one.runs ?? []) parts.definitions.add(definition);
    for (const section of one.planSections ?? []) parts.planning.addSection(section);
    for (const controller of one.controllers ?? []) control.add(controller, { client, recorder });
  }
  return opened;
}

/** Starts runs of one tenant. */
function starterOf(engine: RunEngine, tenant: string): RunStarter {
  return {
    enqueue: (request) => engine.enqueue(request, tenant),
    enqueueMany: (requests) => engine.enqueueMany(requests, tenant),
  };
}
