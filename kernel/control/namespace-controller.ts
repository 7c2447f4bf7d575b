import type { Client, ObjectName } from '../model/client.ts';
import { equalJson, isObject } from '../model/json.ts';
import { type Json, type KubeObject, setCondition } from '../model/object.ts';
import { StatusError } from '../model/status-error.ts';
import { formatTime } from '../ports/clock.ts';
import { type Controller, defineController, type ReconcileContext, type Result } from './controller.ts';
import { conditionsOf } from './dead-letter.ts';
import { draft } from './draft.ts';
import { contentOf, type DeleteStep, deletionConditions, planDeletion } from './namespace-content.ts';
import { applySteps, isAlreadyThere, settleGone } from './plan-apply.ts';

const namespaces = { group: '', resource: 'namespaces' } as const;
const serviceAccounts = { group: '', resource: 'serviceaccounts' } as const;
const configMaps = { group: '', resource: 'configmaps' } as const;
const namespaceFinalizer = 'kubernetes';

/** Deletes on their way at the same time: enough to fill the store's group commits. */
const deletesAtOnce = 32;
/**
 * A namespace that waits for finalizers is looked at again after a fourth of the time that it has waited, within these
 * bounds. Watching every deletion of every resource for the few namespaces that wait would cost each write something.
 */
const waitMsMin = 250;
const waitMsMax = 15_000;

export interface NamespaceControllerOptions {
  /** PEM text of the API's authority; puts ConfigMap kube-root-ca.crt into every namespace. */
  readonly rootCa?: string;
}

/**
 * Completes namespaces (ServiceAccount `default`, and ConfigMap `kube-root-ca.crt`) and takes deleted ones apart: phase
 * Terminating, all content deleted, conditions that name what remains and what holds it, then the finalizer removed.
 *
 * Spec: Kubernetes core/v1 Namespace; conditions as its namespace controller writes them.
 */
export function namespaceController(options: NamespaceControllerOptions = {}): Controller {
  return defineController({
    name: 'namespace',
    resource: namespaces,
    concurrency: 8,
    watches: [
      {
        resource: serviceAccounts,
        map: (object) => (object.metadata.name === 'default' ? owning(object) : []),
      },
      {
        resource: configMaps,
        map: (object) => (object.metadata.name === 'kube-root-ca.crt' ? owning(object) : []),
      },
    ],
    async reconcile(name, context): Promise<Result | void> {
      const namespace = context.client.get(namespaces, name);
      if (!namespace) return;
      if (namespace.metadata.deletionTimestamp !== undefined) return await terminate(namespace, context);
      await complete(namespace, options, context.client);
    },
  });
}

function owning(object: KubeObject): ObjectName[] {
  return object.metadata.namespace === undefined ? [] : [{ name: object.metadata.namespace }];
}

async function complete(
  namespace: KubeObject,
  options: NamespaceControllerOptions,
  client: Client,
): Promise<void> {
  const name = namespace.metadata.name;
  const account = { namespace: name, name: 'default' };
  if (!client.get(serviceAccounts, account)) {
    await createIn(client, serviceAccounts, draft('v1', 'ServiceAccount', account));
  }
  if (options.rootCa === undefined) return;
  const meta = { namespace: name, name: 'kube-root-ca.crt' };
  const data = { 'ca.crt': options.rootCa };
  const known = client.get(configMaps, meta);
  if (!known) await createIn(client, configMaps, draft('v1', 'ConfigMap', meta, { data }));
  else if (!equalJson(known['data'], data)) await settleGone(() => client.patch(configMaps, meta, { data }));
}

async function createIn(
  client: Client,
  id: { readonly group: string; readonly resource: string },
  object: KubeObject,
): Promise<void> {
  try {
    await client.create(id, object);
  } catch (error) {
    // Another writer was faster, or the namespace is on its way out since it was read.
    const terminating = error instanceof StatusError && (error.code === 404 || error.code === 403);
    if (!isAlreadyThere(error) && !(terminating && isLeaving(client, object.metadata.namespace ?? '')))
      throw error;
  }
}

function isLeaving(client: Client, name: string): boolean {
  const namespace = client.get(namespaces, { name });
  return namespace === undefined || namespace.metadata.deletionTimestamp !== undefined;
}

async function terminate(namespace: KubeObject, context: ReconcileContext): Promise<Result | void> {
  const { client, signal } = context;
  const name = { name: namespace.metadata.name };
  const spec = isObject(namespace['spec']) ? namespace['spec'] : {};
  const finalizers = Array.isArray(spec['finalizers']) ? spec['finalizers'] : [];
  if (!finalizers.includes(namespaceFinalizer)) return;
  const steps = planDeletion(contentOf(client, name.name));
  const options = { signal, concurrency: deletesAtOnce };
  const outcomes = await applySteps(steps, (step) => applyDelete(step, client), options);
  const failures = outcomes.filter((failure) => failure !== undefined);
  if (signal.aborted) return;
  const remaining = contentOf(client, name.name);
  if (remaining.length === 0) {
    const rest = finalizers.filter(
      (finalizer): finalizer is string => typeof finalizer === 'string' && finalizer !== namespaceFinalizer,
    );
    const { uid } = namespace.metadata;
    await settleGone(() =>
      client.patch(namespaces, name, { metadata: { uid }, spec: { finalizers: rest } }, 'finalize'),
    );
    return;
  }
  await report(name, deletionConditions(remaining, failures), context);
  if (failures.length > 0)
    throw new Error(`content of namespace ${name.name} was not deleted: ${failures[0] ?? ''}`);
  const waitedMs = context.clock.now() - Date.parse(namespace.metadata.deletionTimestamp ?? '');
  return { requeueAfterMs: Math.min(waitMsMax, Math.max(waitMsMin, waitedMs / 4)) };
}

/** Applies a delete; returns why it failed, if it did. */
async function applyDelete({ id, name, uid }: DeleteStep, client: Client): Promise<string | undefined> {
  try {
    await settleGone(() => client.delete(id, name, { uid, propagation: 'Background' }));
    return undefined;
  } catch (error) {
    return `${id.resource}/${name.name}: ${error instanceof Error ? error.message : String(error)}`;
  }
}

async function report(
  name: ObjectName,
  news: ReturnType<typeof deletionConditions>,
  { client, clock }: ReconcileContext,
): Promise<void> {
  const live = client.get(namespaces, name);
  if (live?.metadata.deletionTimestamp === undefined) return;
  const now = formatTime(clock.now());
  let conditions = conditionsOf(live);
  for (const condition of news) conditions = setCondition(conditions, condition, now);
  const phase = isObject(live['status']) ? live['status']['phase'] : undefined;
  if (phase === 'Terminating' && equalJson(conditions, conditionsOf(live))) return;
  const { uid, resourceVersion } = live.metadata;
  const status = { phase: 'Terminating', conditions: conditions as unknown as Json };
  await settleGone(() =>
    client.patch(namespaces, name, { metadata: { uid, resourceVersion }, status }, 'status'),
  );
}
