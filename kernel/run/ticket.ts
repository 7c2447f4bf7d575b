import type { Objects } from '../api/objects.ts';
import type { ServedResource } from '../api/registry.ts';
import type { Fence } from '../cluster/fence.ts';
import type { KubeObject } from '../model/object.ts';
import type { StoredObject } from '../store/port.ts';
import type { Waiting } from './fair-queue.ts';
import type { Invocation } from './invocation.ts';
import type { Run } from './run-kind.ts';

/**
 * Where the engine stands with a run that has not ended.
 *
 *   queued   waits for a worker
 *   active   an invocation is under way, or its end is being written
 *   parked   waits for time, an approval, an object or another run; holds nothing but this ticket
 *   held     cannot go on before its spec changes, or a process with other definitions starts or takes it over
 *   gone     deleted or ended; what still comes in about it is ignored
 */
export type TicketState = 'queued' | 'active' | 'parked' | 'held' | 'gone';

/** What the engine remembers of a run that has not ended. */
export class Ticket implements Waiting {
  readonly key: string;
  readonly objects: Objects;
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly order: number;
  /** Goes into every write for the run; undefined when no other process could have it. */
  readonly fence: Fence | undefined;
  priority: number;
  state: TicketState = 'held';
  /** The revision that the engine itself wrote last: it needs not be told of it. */
  ownRevision = 0;
  /** The run as it came in, while it is soon to be started. */
  run: Run | undefined;
  invocation: Invocation | undefined;
  /** Monotonic time at which the invocation began, in milliseconds. */
  beganAtMs = 0;
  /** How many processes have worked on the run, this one included. */
  attempt: number;
  /** Keys of the objects of which a change wakes the run. */
  observed: Set<string> | undefined;
  /** Whether something changed while no invocation could be told. */
  again = false;
  /** Whether only the end of the run is to be written. */
  isFinishing = false;
  /** Faults in a row that were not the run's own. */
  faults = 0;

  constructor(key: string, objects: Objects, run: Run, order: number, fence?: Fence) {
    const { namespace = '', name, uid } = run.metadata;
    this.key = key;
    this.objects = objects;
    this.namespace = namespace;
    this.name = name;
    this.uid = uid;
    this.order = order;
    this.fence = fence;
    this.priority = run.spec.priority ?? 0;
    this.attempt = (run.status?.attempt ?? 0) + 1;
  }

  /** The run in its present state; what came in is parsed once. */
  read(stored: StoredObject, served: ServedResource): KubeObject {
    const { run } = this;
    this.run = undefined;
    const isPresent = run?.metadata.resourceVersion === String(stored.revision);
    return run && isPresent ? run : this.objects.renderer.object(stored, served);
  }

  get tenant(): string {
    return this.objects.tenant;
  }
}
