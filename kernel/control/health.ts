import { isObject } from '../model/json.ts';
import type { KubeObject } from '../model/object.ts';
import { conditionsOf } from './dead-letter.ts';

/** Whether an object has come to what it was declared to be. */
export interface Health {
  readonly ready: 'True' | 'False' | 'Unknown';
  /** Why not, in words. */
  readonly message?: string;
}

/** Conditions that say that an object is ready, in the order in which they are asked. */
const readyTypes = ['Ready', 'Available', 'Established'];

/**
 * Judges an object by what its controller says about it: being deleted and unobserved generations are not ready, then
 * its conditions count. An object that says nothing is ready when it is there.
 *
 * Spec: sigs.k8s.io/cli-utils kstatus
 */
export function healthOf(object: KubeObject): Health {
  const { metadata, status } = object;
  if (metadata.deletionTimestamp !== undefined) return { ready: 'False', message: 'is being deleted' };
  const observed = isObject(status) ? status['observedGeneration'] : undefined;
  if (typeof observed === 'number' && metadata.generation !== undefined && observed < metadata.generation) {
    return { ready: 'False', message: `its controller has not seen generation ${metadata.generation} yet` };
  }
  const conditions = new Map(conditionsOf(object).map((condition) => [condition.type, condition]));
  for (const type of ['Stalled', 'Reconciling']) {
    const condition = conditions.get(type);
    if (condition?.status === 'True') return { ready: 'False', message: `${type}: ${condition.message}` };
  }
  for (const type of readyTypes) {
    const condition = conditions.get(type);
    if (!condition) continue;
    if (condition.status === 'True') return { ready: 'True' };
    return { ready: condition.status, message: `${type} is ${condition.status}: ${condition.message}` };
  }
  return { ready: 'True' };
}
