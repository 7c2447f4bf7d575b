import type { RequestOrigin } from '../audit/event.ts';
import type { UserInfo } from '../auth/port.ts';
import type { WriteContext } from '../model/resource-type.ts';
import type { FieldValidation } from './body.ts';
import type { ServedResource } from './registry.ts';

/** Everything about a write but the object itself. */
export interface WriteRequest {
  readonly served: ServedResource;
  /** Empty for cluster-scoped resources. */
  readonly namespace: string;
  /** Empty for a create, where the object may name itself. */
  readonly name: string;
  /** '' for the object, or `status`, `scale`, `finalize`. */
  readonly subresource: string;
  readonly user: UserInfo;
  /** Where it came from; absent for callers inside the process. */
  readonly origin?: RequestOrigin | undefined;
  /** The field manager; at most 128 characters. */
  readonly manager: string;
  readonly dryRun: boolean;
  readonly fieldValidation: FieldValidation;
  /** False when managedFields are set already, as apply does. */
  readonly tracked?: boolean;
  /** Fields that stood twice in the body. */
  readonly duplicates: readonly string[];
  readonly nowMs: number;
  /** Adds a `Warning` header to the answer. */
  readonly warn: (message: string) => void;
}

/** What the hooks of a kind get to know of a write. */
export function writeContext(request: WriteRequest, operation: WriteContext['operation']): WriteContext {
  return {
    user: request.user,
    origin: request.origin,
    operation,
    subresource: request.subresource,
    nowMs: request.nowMs,
    dryRun: request.dryRun,
    warn: request.warn,
  };
}
