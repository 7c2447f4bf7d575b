import type { Objects } from '../api/objects.ts';
import type { Registry, ServedResource } from '../api/registry.ts';
import type { EventRecorder } from '../control/events.ts';
import type { ApprovalIndex } from './approval-index.ts';
import type { RunDefinitions } from './run-definitions.ts';
import { runs } from './run-kind.ts';
import type { WorldParts } from './run-world.ts';

/** A tenant as the engine carries its runs out. */
export interface RunTenant {
  readonly objects: Objects;
  readonly registry: Registry;
  readonly definitions: RunDefinitions;
  /** Absent: nothing is recorded. */
  readonly recorder?: EventRecorder;
  /** Why none of its runs may go on now, for their status; undefined: they may. */
  readonly withheld?: () => string | undefined;
}

/** A tenant whose runs the engine follows. */
export interface FollowedTenant extends RunTenant {
  readonly served: ServedResource;
  readonly parts: WorldParts;
  readonly approvals: ApprovalIndex;
  /** Ends the following. */
  readonly stop: () => void;
}

/** The Run kind as a registry serves it. @throws Error when it does not */
export function servedRuns(registry: Registry): ServedResource {
  const type = registry.get(runs.group, runs.resource);
  const version = type?.versions[0];
  if (!type || !version) throw new Error('the run engine needs a registry that serves runs.plinth.dev');
  return { type, version };
}
