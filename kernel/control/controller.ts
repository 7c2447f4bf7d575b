import type { Client, ObjectChange, ObjectName, ResourceId } from '../model/client.ts';
import { equalJson } from '../model/json.ts';
import type { KubeObject } from '../model/object.ts';
import type { Clock } from '../ports/clock.ts';
import type { Random } from '../ports/random.ts';
import { reportDeadLetter, reportRecovered } from './dead-letter.ts';
import type { EventRecorder } from './events.ts';
import type { MetricFamily } from './metrics.ts';
import { WorkQueue } from './queue.ts';
import { WorkRunner } from './work-runner.ts';

/** What a reconcile asks for after it went well. */
export interface Result {
  /** Reconcile again after so many milliseconds, even if nothing changes. */
  readonly requeueAfterMs?: number;
}

/** What controllers work with. */
export interface ControlEnvironment {
  /** The API under the identity and field manager of the controllers. */
  readonly client: Client;
  readonly clock: Clock;
  readonly random: Random;
  readonly recorder: EventRecorder;
  /** Called with every failure of a reconcile. */
  readonly onError?: (controller: string, key: string, error: unknown) => void;
}

/** What one reconcile works with. */
export interface ReconcileContext extends ControlEnvironment {
  /** Aborted when the controller stops; long work ends early then. */
  readonly signal: AbortSignal;
}

/** Another resource whose changes concern objects of the controller. */
export interface Watch {
  readonly resource: ResourceId;
  /** The objects of the controller that a changed object concerns. */
  map(object: KubeObject, context: ControlEnvironment): readonly ObjectName[];
}

/**
 * Anything else that tells that objects should be looked at (files, many resources at once).
 * Returns what ends it.
 */
export type Source = (
  context: ControlEnvironment,
  enqueue: (name: ObjectName, delayMs?: number) => void,
) => () => void;

/** What `defineController` takes. */
export interface ControllerDefinition {
  /** Unique among the controllers of a process; label of its metrics. */
  readonly name: string;
  readonly resource: ResourceId;
  readonly watches?: readonly Watch[];
  readonly sources?: readonly Source[];
  /** Which changes of the resource lead to a reconcile; by default all. */
  readonly trigger?: (change: ObjectChange) => boolean;
  /** Objects that are worked on at the same time; 1 by default. */
  readonly concurrency?: number;
  /** Every object is reconciled at least so often, in milliseconds; by default only on changes. */
  readonly resyncMs?: number;
  /** Failures in a row before an object counts as a dead letter; see WorkQueue. */
  readonly attemptsMax?: number;
  reconcile(name: ObjectName, context: ReconcileContext): Promise<Result | void>;
}

/** Something that runs beside the API and keeps part of it right. It can be started again after it was stopped. */
export interface Controller {
  readonly name: string;
  start(environment: ControlEnvironment): RunningController;
}

export interface RunningController {
  /** Whether work is waiting or being done (not: delayed). */
  busy(): boolean;
  /** Ends it; resolves when what runs has ended, or after `timeoutMs` milliseconds with false. */
  stop(timeoutMs: number): Promise<boolean>;
  collect(): MetricFamily[];
}

/**
 * Makes a controller out of a reconcile function.
 *
 * The contract is level-triggered: `reconcile` is told which object to look at, never what happened to it. Many changes
 * may become one call and one change may become several; after a restart it is called for every object. So it reads the
 * present state, works out what is missing between that and the specification, does it, and writes what it saw to the
 * status. It must be safe to run again at any point, and a second run without changes must write nothing.
 *
 * The object may be gone (`client.get` answers undefined): then there is nothing to do, unless the controller keeps
 * things outside. Cleaning up belongs before that, behind a finalizer.
 *
 * Calls for one object never overlap. A call that throws is repeated with exponential back-off; after `attemptsMax`
 * failures in a row the object is parked: condition `Reconciled=False`, reason `DeadLetter`, and the next try when its
 * specification changes, or after ten minutes. Errors that a user has to put right belong into the status, not thrown.
 */
export function defineController(definition: ControllerDefinition): Controller {
  return {
    name: definition.name,
    start: (environment) => new ReconcileLoop(definition, environment),
  };
}

/** A trigger: changes of anything but the status, managedFields and resourceVersion. */
export function specChanged(change: ObjectChange): boolean {
  const { object, previous, type } = change;
  if (type !== 'modified' || !previous) return true;
  return !equalJson(withoutStatus(object), withoutStatus(previous));
}

function withoutStatus(object: KubeObject): Record<string, unknown> {
  const { status: _status, metadata, ...rest } = object;
  const { resourceVersion: _version, managedFields: _managed, ...meta } = metadata;
  return { ...rest, metadata: meta };
}

/** `namespace/name`, or the name alone. */
function keyOfName(name: ObjectName): string {
  return name.namespace === undefined ? name.name : `${name.namespace}/${name.name}`;
}

/** The name that `keyOfName` was made from. */
function nameOfKey(key: string): ObjectName {
  const slash = key.indexOf('/');
  return slash < 0 ? { name: key } : { namespace: key.slice(0, slash), name: key.slice(slash + 1) };
}

/** The name of an object. */
function nameOf(object: KubeObject): ObjectName {
  const { namespace, name } = object.metadata;
  return namespace === undefined ? { name } : { namespace, name };
}

class ReconcileLoop implements RunningController {
  readonly #definition: ControllerDefinition;
  readonly #context: ReconcileContext;
  readonly #queue: WorkQueue;
  readonly #runner: WorkRunner;
  readonly #abort = new AbortController();
  readonly #stops: (() => void)[] = [];

  constructor(definition: ControllerDefinition, environment: ControlEnvironment) {
    this.#definition = definition;
    this.#context = { ...environment, signal: this.#abort.signal };
    const { clock, random } = environment;
    this.#queue = new WorkQueue({
      name: definition.name,
      clock,
      random,
      wake: () => this.#runner.wake(),
      ...(definition.attemptsMax === undefined ? {} : { attemptsMax: definition.attemptsMax }),
    });
    this.#runner = new WorkRunner({
      name: definition.name,
      queue: this.#queue,
      clock,
      concurrency: definition.concurrency ?? 1,
      work: (key) => this.#reconcile(key),
      onFailure: async (key, error, outcome) => {
        environment.onError?.(definition.name, key, error);
        if (outcome.parked) await this.#bury(key, error, outcome.attempts);
      },
    });
    this.#follow(environment);
  }

  busy(): boolean {
    return this.#queue.depth > 0 || this.#queue.working > 0;
  }

  async stop(timeoutMs: number): Promise<boolean> {
    for (const stop of this.#stops.splice(0)) stop();
    this.#queue.close();
    this.#abort.abort();
    return await this.#runner.stop(timeoutMs);
  }

  collect(): MetricFamily[] {
    return [...this.#queue.collect(), ...this.#runner.collect()];
  }

  #follow(environment: ControlEnvironment): void {
    const { resource, trigger, watches, sources } = this.#definition;
    const { client } = environment;
    this.#stops.push(
      client.follow(resource, (change) => {
        const key = keyOfName(nameOf(change.object));
        // A new specification is a new chance for an object that was given up.
        if (isNewSpec(change)) this.#queue.revive(key);
        else if (!trigger || trigger(change)) this.#queue.add(key);
      }),
    );
    for (const watch of watches ?? []) {
      const enqueue = (object: KubeObject): void => {
        for (const name of watch.map(object, environment)) this.#queue.add(keyOfName(name));
      };
      this.#stops.push(
        client.follow(watch.resource, (change) => {
          // An object that no longer points at its owner concerns the old owner too.
          if (change.previous) enqueue(change.previous);
          enqueue(change.object);
        }),
      );
    }
    for (const source of sources ?? []) {
      this.#stops.push(
        source(environment, (name, delayMs) => this.#queue.addAfter(keyOfName(name), delayMs ?? 0)),
      );
    }
  }

  async #reconcile(key: string): Promise<void> {
    const name = nameOfKey(key);
    const failedBefore = this.#queue.failures(key) > 0;
    const result = await this.#definition.reconcile(name, this.#context);
    // A dead letter of an earlier process is recognised by its condition alone.
    await reportRecovered(this.#context, this.#definition.resource, name, failedBefore);
    const requeues = [result?.requeueAfterMs, this.#definition.resyncMs].filter((ms) => ms !== undefined);
    const present =
      requeues.length > 0 && this.#context.client.get(this.#definition.resource, name) !== undefined;
    if (present) this.#queue.addAfter(key, Math.min(...requeues));
  }

  async #bury(key: string, error: unknown, attempts: number): Promise<void> {
    try {
      await reportDeadLetter(this.#context, this.#definition, nameOfKey(key), error, attempts);
    } catch (telling) {
      // What keeps the work from being done (a full disk) often keeps it from being told, too.
      this.#context.onError?.(this.#definition.name, key, telling);
    }
  }
}

function isNewSpec(change: ObjectChange): boolean {
  const { object, previous, type } = change;
  if (type !== 'modified' || !previous) return true;
  const before = previous.metadata;
  const after = object.metadata;
  if (before.uid !== after.uid || before.deletionTimestamp !== after.deletionTimestamp) return true;
  if (after.generation === undefined) return specChanged(change);
  return before.generation !== after.generation || !equalJson(before.annotations, after.annotations);
}
