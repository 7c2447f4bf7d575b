import type { RequestOrigin } from '../audit/event.ts';
import type { UserInfo } from '../auth/port.ts';
import type { WriteContext } from '../model/resource-type.ts';
import type { Append } from '../store/port.ts';
import type { FieldValidation } from './body.ts';
import type { ServedResource } from './registry.ts';
import type { Judgement } from './write-review.ts';

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
  /** What the entry in the audit log tells besides, such as what the write is metered by. */
  readonly facts?: Readonly<Record<string, number>>;
  /** Entries of logs that are committed with the change; a write that changes nothing enters nothing. */
  readonly appends?: readonly Append[];
  /** Whether it begins a deletion: no quota holds it up, although the object grows by the time of it. */
  readonly deletes?: true;
  /** Adds a `Warning` header to the answer. */
  readonly warn: (message: string) => void;
  /** Told what policies say of the write, also when they deny it; their warnings are then not given otherwise. */
  readonly judged?: (judgement: Judgement) => void;
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
