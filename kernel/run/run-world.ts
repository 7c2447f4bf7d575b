import { keyOf } from '../api/keys.ts';
import type { ObjectWrite } from '../api/objects.ts';
import type { Registry, ServedResource } from '../api/registry.ts';
import { parseStored } from '../api/versions.ts';
import type { Approval } from '../approval/approval-kind.ts';
import type { Fence } from '../cluster/fence.ts';
import type { ResourceId } from '../model/client.ts';
import { isObject } from '../model/json.ts';
import type { KubeObject } from '../model/object.ts';
import { StatusError } from '../model/status-error.ts';
import type { Clock } from '../ports/clock.ts';
import type { Random } from '../ports/random.ts';
import type { ApprovalIndex } from './approval-index.ts';
import type { ExecPort } from './exec-port.ts';
import { bucketToFollow, type Observations } from './observations.ts';
import type { RunWorld } from './operation.ts';
import type { RunDefinitions } from './run-definitions.ts';
import { type Run, runApiVersion } from './run-kind.ts';
import { newRun, writeRequest } from './run-request.ts';
import { runUser } from './run-user.ts';
import type { Ticket } from './ticket.ts';
import type { WallTimers } from './wall-timers.ts';

/** What the worlds of runs have in common. */
export interface WorldParts {
  readonly registry: Registry;
  readonly served: ServedResource;
  readonly definitions: RunDefinitions;
  readonly clock: Clock;
  readonly random: Random;
  readonly exec: ExecPort | undefined;
  readonly timers: WallTimers;
  readonly observations: Observations<Ticket>;
  readonly onFault: (what: string, error: unknown) => void;
}

/** The outside as one run sees it. */
export class TicketWorld implements RunWorld {
  readonly #ticket: Ticket;
  readonly #parts: WorldParts;
  readonly #approvals: ApprovalIndex | undefined;

  constructor(ticket: Ticket, parts: WorldParts, approvals: ApprovalIndex | undefined) {
    this.#ticket = ticket;
    this.#parts = parts;
    this.#approvals = approvals;
  }

  get clock(): Clock {
    return this.#parts.clock;
  }

  get random(): Random {
    return this.#parts.random;
  }

  get exec(): ExecPort | undefined {
    return this.#parts.exec;
  }

  get fence(): Fence | undefined {
    return this.#ticket.fence;
  }

  observe(resource: ResourceId, namespace: string, name: string): KubeObject | undefined {
    const { registry, observations } = this.#parts;
    const { objects } = this.#ticket;
    const key = keyOf(objects.tenant, resource, namespace, name);
    this.#ticket.observed ??= new Set();
    this.#ticket.observed.add(key);
    observations.add(objects.store, bucketToFollow(key), key, this.#ticket);
    const stored = objects.store.get(key);
    if (!stored) return undefined;
    const type = registry.get(resource.group, resource.resource);
    const version = type?.versions[0];
    return type && version ? objects.read(stored, { type, version }) : parseStored(stored);
  }

  approvals(): readonly Approval[] {
    return this.#approvals?.of(this.#ticket.key, this.#ticket.uid) ?? [];
  }

  wakeAt(atMs: number): void {
    this.#parts.timers.put(this.#ticket.key, atMs);
  }

  childWrite(
    parent: Run,
    { name, definition, input }: { name: string; definition: string; input: Record<string, unknown> },
  ): ObjectWrite {
    const { metadata, spec } = parent;
    const owner = {
      apiVersion: runApiVersion,
      kind: 'Run',
      name: metadata.name,
      uid: metadata.uid,
      controller: true,
      blockOwnerDeletion: false,
    };
    const { username = runUser.username, groups = [] } = spec.requestedBy ?? {};
    const request = {
      definition,
      input,
      name,
      ...(metadata.namespace === undefined ? {} : { namespace: metadata.namespace }),
      ...(spec.priority === undefined ? {} : { priority: spec.priority }),
      requestedBy: { username, groups },
      owner,
    };
    return newRun(this.#ticket.objects, request, this.#parts).write;
  }

  async cancelRun(namespace: string, name: string): Promise<void> {
    const { served, clock, onFault } = this.#parts;
    try {
      await this.#ticket.objects.update(
        (current) => {
          const spec = current['spec'];
          current['spec'] = { ...(isObject(spec) ? spec : {}), cancel: true };
          return current;
        },
        writeRequest(served, namespace, name, runUser, clock.now()),
      );
    } catch (error) {
      if (!(error instanceof StatusError) || error.code !== 404) {
        onFault(`cancelling run ${namespace}/${name}`, error);
      }
    }
  }
}
