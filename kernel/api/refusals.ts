import { conflict, notFound, type ResourceRef, staleMessage, unavailable } from '../model/status-error.ts';
import { StoreError } from '../store/port.ts';
import { quotaExceeded } from './quota-refusal.ts';
import type { ServedResource } from './registry.ts';

/** An error of the store as the API answers it. */
export function statusOf(error: unknown, ref: ResourceRef): unknown {
  if (!(error instanceof StoreError)) return error;
  if (error.code === 'conflict') {
    return error.actual === 0 ? notFound(ref) : conflict(ref, staleMessage);
  }
  if (error.code === 'exceeded' && error.exceeded) return quotaExceeded(error.exceeded, ref);
  const hint = error.hint ? `; ${error.hint}` : '';
  return unavailable(`${error.message}${hint}`, error);
}

/** What an error about an object of a resource names. */
export function refOf(served: ServedResource, name: string): ResourceRef {
  return { group: served.type.group, resource: served.type.resource, name };
}
