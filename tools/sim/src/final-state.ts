import type { Client, KubeObject, ResourceId } from '@plinth/kernel';
import { isObject } from '@plinth/kernel';
import { type Core, drifts, parseObject, type Store } from '@plinth/kernel/testing';
import { isWorkspace } from '@plinth/workspace';
import { invariant } from './invariant.ts';
import type { Row, SimulatedDisk } from './simulated-disk.ts';
import type { Declared } from './source-directory.ts';
import { type Deeds, everything } from './workload.ts';

/** An hour, and two of the sweeps that take out what is older. */
const eventAgeMsMax = 62 * 60_000;

/** Everything that the checks look at, once the control plane has come to rest. */
export interface FinalState {
  readonly core: Core;
  readonly store: Store;
  readonly disk: SimulatedDisk;
  readonly deeds: Deeds;
  readonly nowMs: number;
  /** What the workspace's source declares. */
  readonly declared: readonly Declared[];
}

/**
 * Checks what must hold whenever nothing is left to do.
 *
 * @throws Violation naming the object and what is wrong with it
 */
export function checkFinalState(state: FinalState): void {
  const client = state.core.client('observer');
  const objects = everything(client);
  const past = new Past(state.disk.history);
  checkModel(state, past);
  checkAcknowledged(state);
  checkDeletions(objects);
  checkNamespaces(client, objects);
  checkOwners(client, objects, past);
  checkLosses(objects, past, state.deeds);
  checkDefinitions(state, client);
  checkRoles(client);
  checkEvents(client, state.nowMs);
  checkWorkspace(client, state.declared);
  checkDrifts(client);
  checkQueues(state.core);
}

/** What was ever there, by uid. */
class Past {
  /** The newest state of each object; of one that was deleted, that in which its deletion began. */
  readonly last = new Map<string, { readonly object: KubeObject; readonly row: Row }>();
  /** What is there now, by key: the history folded by a dumb model. */
  readonly present = new Map<string, Row>();

  constructor(history: readonly Row[]) {
    for (const row of history) {
      const object = parseObject(row.value);
      const before = this.last.get(object.metadata.uid)?.object.metadata;
      if (before?.deletionTimestamp === undefined) this.last.set(object.metadata.uid, { object, row });
      if (row.deleted) this.present.delete(row.key);
      else this.present.set(row.key, row);
    }
  }
}

/** The store lists exactly what the history adds up to. */
function checkModel({ store }: FinalState, { present }: Past): void {
  const listed = store.buckets().flatMap((bucket) => store.list(`${bucket}/`).objects);
  invariant(listed.length === present.size, `${listed.length} objects are listed, ${present.size} are there`);
  for (const { key, value, revision } of listed) {
    const row = present.get(key);
    invariant(row?.value === value && row.revision === revision, `${key} is listed as it is not`);
  }
}

function checkAcknowledged({ disk, deeds }: FinalState): void {
  const durable = new Set(disk.history.map(({ revision }) => revision));
  for (const revision of deeds.acknowledged) invariant(durable.has(revision), `revision ${revision} is lost`);
}

function checkDeletions(objects: readonly [ResourceId, KubeObject][]): void {
  for (const [id, { metadata }] of objects) {
    const what = `${id.resource} ${metadata.namespace ?? ''}/${metadata.name}`;
    invariant(
      metadata.deletionTimestamp === undefined,
      `${what} is being deleted for ever: ${metadata.finalizers?.join()}`,
    );
  }
}

function checkNamespaces(client: Client, objects: readonly [ResourceId, KubeObject][]): void {
  const present = client.list({ group: '', resource: 'namespaces' });
  const names = new Set(present.map(({ metadata }) => metadata.name));
  for (const [id, { metadata }] of objects) {
    const { namespace, name } = metadata;
    if (namespace === undefined) continue;
    invariant(names.has(namespace), `${id.resource} ${name} is in the namespace ${namespace}, which is gone`);
  }
  for (const namespace of names) {
    const account = client.get({ group: '', resource: 'serviceaccounts' }, { namespace, name: 'default' });
    const trust = client.get({ group: '', resource: 'configmaps' }, { namespace, name: 'kube-root-ca.crt' });
    invariant(account !== undefined && trust !== undefined, `namespace ${namespace} is not complete`);
  }
}

/** Nobody names an owner that is gone, unless nobody can tell that it is. */
function checkOwners(client: Client, objects: readonly [ResourceId, KubeObject][], past: Past): void {
  const uids = new Set(objects.map(([, { metadata }]) => metadata.uid));
  for (const [id, { metadata }] of objects) {
    const { ownerReferences = [], namespace } = metadata;
    const undecidable = ownerReferences.some(({ uid, apiVersion, kind }) => {
      const type = client.resourceFor(apiVersion, kind);
      if (!type || (type.namespaced && namespace === undefined)) return true;
      const owner = past.last.get(uid)?.object.metadata;
      return owner?.namespace !== undefined && owner.namespace !== namespace;
    });
    if (undecidable) continue;
    for (const { kind, name, uid } of ownerReferences) {
      const what = `${id.resource} ${namespace ?? ''}/${metadata.name}`;
      invariant(uids.has(uid), `${what} is an orphan: its owner ${kind} ${name} is gone`);
    }
  }
}

/** Whatever is gone, somebody wanted gone: it, its namespace, its definition, or all its owners. */
function checkLosses(objects: readonly [ResourceId, KubeObject][], past: Past, deeds: Deeds): void {
  const uids = new Set(objects.map(([, { metadata }]) => metadata.uid));
  const wanted = new Set<string>();
  for (const [uid, { object }] of past.last) {
    if (deeds.deletes.has(uid)) wanted.add(`${object.kind} ${object.metadata.name}`);
  }
  for (const [uid, { object, row }] of past.last) {
    if (uids.has(uid) || deeds.deletes.has(uid) || object.kind === 'Event') continue;
    // What the workspace applies it also takes out; whether rightly is checked with its inventory.
    if (object.metadata.name.startsWith('ws-')) continue;
    // A Drift goes when it is over, or when nobody declares its target any more; that none is left is checked apart.
    if (object.kind === 'Drift') continue;
    const { namespace, ownerReferences = [] } = object.metadata;
    const [, group, resource] = row.key.split('/');
    const withNamespace = namespace !== undefined && wanted.has(`Namespace ${namespace}`);
    const withDefinition = wanted.has(`CustomResourceDefinition ${resource}.${group}`);
    const withOwners = ownerReferences.length > 0 && !ownerReferences.some((owner) => uids.has(owner.uid));
    invariant(withNamespace || withDefinition || withOwners, `${row.key} is gone, and nobody wanted that`);
  }
}

/** What is right does not drift, and what is over has been cleared up. */
function checkDrifts(client: Client): void {
  const left = client.list(drifts).map(({ metadata }) => `${metadata.namespace ?? ''}/${metadata.name}`);
  invariant(left.length === 0, `Drifts are left: ${left.join(', ')}`);
}

/** What is defined is served, and what is not defined is neither served nor stored. */
function checkDefinitions({ store }: FinalState, client: Client): void {
  const crds = client.list({ group: 'apiextensions.k8s.io', resource: 'customresourcedefinitions' });
  const names = new Set(crds.map(({ metadata }) => metadata.name));
  const served = new Set<string>();
  for (const { group, resource, origin } of client.resources()) {
    served.add(`${group}/${resource}`);
    const name = `${resource}.${group}`;
    invariant(origin !== 'crd' || names.has(name), `${name} is served without a definition`);
  }
  for (const bucket of store.buckets()) {
    const [, group = '', resource = ''] = bucket.split('/');
    const known = served.has(`${group === 'core' ? '' : group}/${resource}`);
    invariant(known, `objects of ${resource}.${group} are left, and nothing serves them`);
  }
  for (const crd of crds) {
    const { group, names: asked } = fieldsOf(crd, 'spec');
    const established = conditionOf(crd, 'Established');
    const accepted = conditionOf(crd, 'NamesAccepted');
    const isServed = served.has(`${String(group)}/${String(fieldsOf({ asked }, 'asked')['plural'])}`);
    invariant(
      established === isServed,
      `${crd.metadata.name}: Established is ${established}, served ${isServed}`,
    );
    if (accepted) continue;
    const rivals = crds.filter((other) => other !== crd && fieldsOf(other, 'spec')['group'] === group);
    const mine = fieldsOf({ asked }, 'asked');
    const taken = rivals.some((other) => {
      const theirs = fieldsOf(fieldsOf(other, 'status'), 'acceptedNames');
      return theirs['singular'] === mine['singular'] || theirs['kind'] === mine['kind'];
    });
    invariant(taken, `${crd.metadata.name} waits for names that nobody has`);
  }
}

/** An aggregated role has the rules of the roles that its labels select, and no others. */
function checkRoles(client: Client): void {
  const roles = client.list({ group: 'rbac.authorization.k8s.io', resource: 'clusterroles' });
  const gathering = roles.find(({ metadata }) => metadata.name === 'sim-0');
  if (!gathering) return;
  const parts = roles.filter(
    ({ metadata }) => metadata.name !== 'sim-0' && metadata.labels?.['example.dev/part'] === 'yes',
  );
  const rules = (role: KubeObject): string[] =>
    Array.isArray(role['rules']) ? role['rules'].map(canonical) : [];
  const expected = [...new Set(parts.flatMap(rules))].sort();
  const found = rules(gathering).sort();
  invariant(expected.join() === found.join(), `sim-0 has ${found.join()}, its parts have ${expected.join()}`);
}

/** What the source declares is there as declared, nothing else of it is left, and the inventory says so. */
function checkWorkspace(client: Client, declared: readonly Declared[]): void {
  const workspace = client.get({ group: 'plinth.dev', resource: 'workspaces' }, { name: 'ws' });
  invariant(workspace !== undefined && isWorkspace(workspace), 'there is no workspace');
  const entries = workspace.status?.inventory ?? [];
  const configMaps = { group: '', resource: 'configmaps' } as const;
  for (const { namespace, name, n } of declared) {
    const live = client.get(configMaps, { namespace, name });
    const what = `${namespace}/${name}, which the source declares,`;
    invariant(live !== undefined, `${what} is not there`);
    invariant(fieldsOf(live, 'data')['n'] === n, `${what} has another value than ${n}`);
    const entry = entries.find((one) => one.namespace === namespace && one.name === name);
    invariant(entry?.uid === live.metadata.uid, `${what} is not in the inventory as it is: ${entry?.uid}`);
  }
  const applied = client.list(configMaps).filter(({ metadata }) => metadata.name.startsWith('ws-'));
  invariant(
    applied.length === declared.length,
    `${applied.length} of ${declared.length} declared objects are there`,
  );
  invariant(
    entries.length === declared.length,
    `the inventory has ${entries.length} of ${declared.length} objects`,
  );
}

/** Events are kept for an hour, and looked at once a minute. */
function checkEvents(client: Client, nowMs: number): void {
  for (const { metadata, ...event } of client.list({ group: '', resource: 'events' })) {
    const ageMs = nowMs - Date.parse(String('lastTimestamp' in event ? event.lastTimestamp : ''));
    invariant(ageMs < eventAgeMsMax, `event ${metadata.name} is ${ageMs} ms old`);
  }
}

/** No controller has work left, and none has given up. */
function checkQueues(core: Core): void {
  invariant(!core.control.busy(), 'a controller is still at work');
  for (const { name, samples } of core.control.collect()) {
    if (name !== 'plinth_workqueue_parked') continue;
    for (const { labels, value } of samples) {
      invariant(value === 0, `the controller ${labels['name']} has given up on ${value} objects`);
    }
  }
}

/** A rule as text; the order of its fields does not matter. */
function canonical(rule: unknown): string {
  return isObject(rule) ? JSON.stringify(Object.entries(rule).sort(([a], [b]) => (a < b ? -1 : 1))) : '';
}

function fieldsOf(value: Record<string, unknown>, field: string): Record<string, unknown> {
  const found = value[field];
  return isObject(found) ? found : {};
}

function conditionOf(object: KubeObject, type: string): boolean {
  const { conditions } = fieldsOf(object, 'status');
  if (!Array.isArray(conditions)) return false;
  return conditions.some(
    (condition) => isObject(condition) && condition['type'] === type && condition['status'] === 'True',
  );
}
