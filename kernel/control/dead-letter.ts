import type { Client, ObjectName, ResourceId } from '../model/client.ts';
import { isObject } from '../model/json.ts';
import { type Condition, type Json, type KubeObject, setCondition } from '../model/object.ts';
import type { ResourceType } from '../model/resource-type.ts';
import { StatusError } from '../model/status-error.ts';
import { formatTime } from '../ports/clock.ts';
import type { ControlEnvironment } from './controller.ts';

/** The condition that tells whether a controller gets on with an object. */
const reconciledCondition = 'Reconciled';

/** Longest message that is put into a condition, in characters. Spec: meta/v1 Condition, maxLength 32768; kept readable. */
const messageLengthMax = 1024;

/**
 * Tells on the object that its controller has given up until its specification changes, or ten minutes have passed:
 * condition `Reconciled=False`, reason `DeadLetter`, and a Warning event. An object without a status subresource gets the event alone.
 */
export async function reportDeadLetter(
  environment: ControlEnvironment,
  controller: { readonly name: string; readonly resource: ResourceId },
  name: ObjectName,
  error: unknown,
  attempts: number,
): Promise<void> {
  const object = environment.client.get(controller.resource, name);
  if (!object) return;
  const why = error instanceof Error ? error.message : String(error);
  const message =
    `controller ${controller.name} failed ${attempts} times: ${why}; ` +
    'it tries again when the specification changes, or in 10 minutes';
  environment.recorder.record({ object, type: 'Warning', reason: 'DeadLetter', message });
  await writeCondition(environment, controller.resource, object, {
    status: 'False',
    reason: 'DeadLetter',
    message: message.slice(0, messageLengthMax),
  });
}

/** Takes a dead-letter condition back once the object was reconciled. */
export async function reportRecovered(
  environment: ControlEnvironment,
  resource: ResourceId,
  name: ObjectName,
  failedBefore: boolean,
): Promise<void> {
  const object = environment.client.get(resource, name);
  if (!object) return;
  const condition = conditionsOf(object).find(({ type }) => type === reconciledCondition);
  if (condition?.status !== 'False' || condition.reason !== 'DeadLetter') return;
  const message = failedBefore ? 'reconciled after failures' : 'reconciled';
  await writeCondition(environment, resource, object, { status: 'True', reason: 'Succeeded', message });
}

/** The conditions in an object's status; empty when it has none. */
export function conditionsOf(object: KubeObject): Condition[] {
  const { status } = object;
  if (!isObject(status) || !Array.isArray(status['conditions'])) return [];
  return status['conditions'].filter(isCondition);
}

function isCondition(value: unknown): value is Condition {
  return isObject(value) && typeof value['type'] === 'string' && typeof value['status'] === 'string';
}

async function writeCondition(
  environment: ControlEnvironment,
  resource: ResourceId,
  object: KubeObject,
  news: Pick<Condition, 'status' | 'reason' | 'message'>,
): Promise<void> {
  const { client, clock } = environment;
  if (!servesStatus(client, object)) return;
  const { generation, resourceVersion, uid, name, namespace } = object.metadata;
  const next = {
    type: reconciledCondition,
    ...news,
    ...(generation === undefined ? {} : { observedGeneration: generation }),
  };
  const conditions = setCondition(conditionsOf(object), next, formatTime(clock.now()));
  const patch = { metadata: { uid, resourceVersion }, status: { conditions: conditions as unknown as Json } };
  try {
    await client.patch(resource, namespace === undefined ? { name } : { name, namespace }, patch, 'status');
  } catch (error) {
    // The condition is a courtesy: the object may be gone or changed by now, or its kind may have no conditions.
    if (!(error instanceof StatusError) || error.code >= 500) throw error;
  }
}

function servesStatus(client: Client, object: KubeObject): boolean {
  const type: ResourceType | undefined = client.resourceFor(object.apiVersion, object.kind);
  if (!type) return false;
  const version = object.apiVersion.slice(object.apiVersion.indexOf('/') + 1);
  return type.versions.some((served) => served.name === version && served.status);
}
