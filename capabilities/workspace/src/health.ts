import type { KubeObject } from '@plinth/kernel';
import { conditionsOf } from '@plinth/kernel';

/** Whether a condition of an object is true. */
export function conditionTrue(object: KubeObject, type: string): boolean {
  return conditionsOf(object).some((condition) => condition.type === type && condition.status === 'True');
}
