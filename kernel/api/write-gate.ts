import type { KubeObject } from '../model/object.ts';
import type { WriteContext } from '../model/resource-type.ts';
import type { WriteRequest } from './write-request.ts';

/** Decides whether an object may be written by this way at all. */
export interface WriteGate {
  /**
   * Called for every write of an object that has passed admission and would change something, before it is committed;
   * also in a dry run.
   * @param object the object as it would be; of a delete, as it is
   * @param old the object as it is; absent for a create
   * @throws StatusError 403 with the way that is open instead
   */
  check(
    request: WriteRequest,
    operation: WriteContext['operation'],
    object: KubeObject,
    old?: KubeObject,
  ): void;
}
