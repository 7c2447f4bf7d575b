import { bucketOf } from '../api/keys.ts';
import type { Objects } from '../api/objects.ts';
import type { Registry, ServedResource } from '../api/registry.ts';
import { parseStored } from '../api/versions.ts';
import type { EventRecorder } from '../control/events.ts';
import type { MetricFamily } from '../control/metrics.ts';
import type { KubeObject } from '../model/object.ts';
import type { Clock } from '../ports/clock.ts';
import type { Random } from '../ports/random.ts';
import type { StoredObject, StoreEvent } from '../store/port.ts';
import { Announcer } from './announcer.ts';
import { ApprovalIndex } from './approval-index.ts';
import { followBucket } from './bucket-follower.ts';
import type { RunDefinition } from './define-run.ts';
import type { ExecPort } from './exec-port.ts';
import { FairQueue } from './fair-queue.ts';
import { Invocation } from './invocation.ts';
import { deleteJournal, sweepJournals } from './journal-removal.ts';
import { Ledger } from './ledger.ts';
import { finishedRunsMax, finishingMax, parsedMax, storeRetryMs, workersMax } from './limits.ts';
import { bucketToFollow, Observations } from './observations.ts';
import type { Outcome } from './outcome.ts';
import { Retention } from './retention.ts';
import type { RunDefinitions } from './run-definitions.ts';
import { eventOf } from './run-event.ts';
import { byAge, isFinished, isRun, type Run, type RunStatus, runs } from './run-kind.ts';
import { RunMetrics } from './run-metrics.ts';
import { createRuns, type RunRequest, type RunStarter } from './run-request.ts';
import { renderStatus } from './run-status.ts';
import { TicketWorld, type WorldParts } from './run-world.ts';
import { startVerdict } from './start-verdict.ts';
import { Ticket } from './ticket.ts';
import { WallTimers } from './wall-timers.ts';
import { WorkerShares } from './worker-shares.ts';

/** What the engine stands on. */
export interface RunEngineOptions {
  /** The objects of each tenant; tenants take turns. */
  readonly tenants: readonly Objects[];
  readonly registry: Registry;
  readonly definitions: RunDefinitions;
  readonly clock: Clock;
  readonly random: Random;
  /** Absent: `run.exec` fails. */
  readonly exec?: ExecPort;
  /** Absent: nothing is recorded. */
  readonly recorder?: EventRecorder;
  /** Told of errors that are ours, with what was being done. */
  readonly onFault: (what: string, error: unknown) => void;
  /** Invocations under way at once. */
  readonly workers?: number;
  /** Finished runs kept per tenant. */
  readonly finishedRuns?: number;
}

/**
 * Carries runs out: follows the Run objects of its tenants, starts those that are due in fair order, and parks those
 * that wait. All that it knows is in the store, so it can be ended at any instant, and another one goes on.
 */
export class RunEngine implements RunStarter {
  readonly #options: RunEngineOptions;
  readonly #served: ServedResource;
  readonly #tickets = new Map<string, Ticket>();
  readonly #uids = new Set<string>();
  readonly #queue = new FairQueue<Ticket>();
  readonly #active = new Set<Ticket>();
  readonly #shares: WorkerShares;
  readonly #observations: Observations<Ticket>;
  readonly #approvals = new Map<Objects, ApprovalIndex>();
  readonly #timers: WallTimers;
  readonly #retention: Retention;
  readonly #announcer: Announcer;
  readonly #metrics = new RunMetrics();
  readonly #writing = new Set<Promise<void>>();
  readonly #parts: WorldParts;
  #stops: (() => void)[] = [];
  #order = 0;
  #finishing = 0;
  #dispatching = false;
  #isOver = true;

  /** @throws Error when the registry does not serve Runs */
  constructor(options: RunEngineOptions) {
    this.#options = options;
    const { registry, clock, onFault } = options;
    const type = registry.get(runs.group, runs.resource);
    const version = type?.versions[0];
    if (!type || !version) throw new Error('the run engine needs a registry that serves runs.plinth.dev');
    this.#served = { type, version };
    this.#shares = new WorkerShares(options.workers ?? workersMax, options.tenants.length);
    this.#observations = new Observations((ticket) => this.#wake(ticket), onFault);
    this.#timers = new WallTimers(clock, (key) => this.#wakeKey(key));
    this.#retention = new Retention({
      served: this.#served,
      clock,
      finishedMax: options.finishedRuns ?? finishedRunsMax,
      isUnderWay: (uid) => this.#uids.has(uid),
      approvalsOf: (objects, runKey) => this.#approvals.get(objects)?.keysOf(runKey) ?? [],
      onFault,
    });
    this.#announcer = new Announcer(clock, this.#active, (writing) =>
      this.#background('writing a status', writing),
    );
    const { definitions, random, exec } = options;
    this.#parts = {
      registry,
      definitions,
      clock,
      random,
      exec,
      onFault,
      served: this.#served,
      timers: this.#timers,
      observations: this.#observations,
    };
  }

  /** Takes up all runs that have not ended, and follows what comes. */
  start(): void {
    this.#isOver = false;
    const { onFault, tenants } = this.#options;
    for (const objects of tenants) {
      const index = new ApprovalIndex(objects, (runKey) => this.#wakeKey(runKey), onFault);
      this.#approvals.set(objects, index);
      this.#stops.push(() => index.stop());
      const stop = followBucket(objects.store, bucketOf(objects.tenant, runs), {
        listed: (stored) => this.#listed(objects, stored),
        changed: (event) => this.#changed(objects, event),
        rested: () => this.#dispatch(),
        fault: onFault,
      });
      this.#stops.push(stop);
    }
    this.#dispatch();
  }

  /**
   * Starts nothing more and tells what is under way to stop; a new engine takes it up again.
   * @param graceMs how long attempts under way are waited for, in milliseconds
   * @returns whether all had ended by then
   */
  async stop(graceMs: number): Promise<boolean> {
    this.#isOver = true;
    for (const stop of this.#stops) stop();
    this.#stops = [];
    this.#observations.stop();
    this.#timers.stop();
    this.#announcer.stop();
    this.#queue.clear();
    const invocations = [...this.#active].map(({ invocation }) => invocation);
    for (const invocation of invocations) invocation?.stop();
    const all = Promise.all([
      ...invocations.map((invocation) => invocation?.settled()),
      ...this.#writing,
      this.#retention.stop(),
    ]);
    const late = Promise.withResolvers<boolean>();
    const cancel = this.#options.clock.after(graceMs, () => late.resolve(false));
    const ended = await Promise.race([all.then(() => true), late.promise]);
    cancel();
    return ended;
  }

  /** Runs that wait for a worker, hold one, and are parked. */
  get counts(): { queued: number; active: number; known: number } {
    return { queued: this.#queue.size, active: this.#active.size, known: this.#tickets.size };
  }

  /** Whether there is work that waits for nothing but its turn. */
  busy(): boolean {
    return (
      this.#queue.size > 0 ||
      this.#active.size + this.#finishing + this.#writing.size > 0 ||
      this.#retention.busy
    );
  }

  collect(): MetricFamily[] {
    const parked = [...this.#tickets.values()].filter(({ state }) => state === 'parked').length;
    return this.#metrics.collect({ queued: this.#queue.size, active: this.#active.size, parked });
  }

  async enqueue(request: RunRequest, tenant?: string): Promise<Run> {
    const [run] = await this.enqueueMany([request], tenant);
    if (!run) throw new Error('enqueueing one run gave none');
    return run;
  }

  async enqueueMany(requests: readonly RunRequest[], tenant?: string): Promise<Run[]> {
    const { definitions, random } = this.#options;
    return await createRuns(this.#tenant(tenant), requests, { served: this.#served, definitions, random });
  }

  #tenant(name: string | undefined): Objects {
    const { tenants } = this.#options;
    const found = name === undefined ? tenants[0] : tenants.find(({ tenant }) => tenant === name);
    if (!found) throw new RangeError(`there is no tenant ${name ?? ''}`);
    return found;
  }

  #listed(objects: Objects, stored: readonly StoredObject[]): void {
    const all: { key: string; run: Run }[] = [];
    for (const one of stored) {
      const run = parseStored(one);
      if (isRun(run)) all.push({ key: one.key, run });
    }
    // What was requested first goes first, also after a restart.
    all.sort((a, b) => byAge(a.run, b.run));
    const there = new Set(all.map(({ run }) => run.metadata.uid));
    for (const ticket of this.#tickets.values()) {
      if (ticket.objects === objects && !there.has(ticket.uid)) this.#forget(ticket);
    }
    for (const { key, run } of all) this.#take(objects, key, run);
    this.#background('deleting journals of deleted runs', sweepJournals(objects, this.#uids));
    this.#dispatch();
  }

  #changed(objects: Objects, { type, object }: StoreEvent): void {
    this.#observations.changed(object.key);
    const ticket = this.#tickets.get(object.key);
    if (ticket && ticket.ownRevision === object.revision) return;
    if (type === 'deleted') {
      this.#retention.forget(objects, object.key);
      if (ticket) {
        this.#forget(ticket);
        this.#background('deleting the journal of a deleted run', deleteJournal(objects, ticket.uid));
      }
      const { exec } = this.#options;
      if (exec?.remove) this.#background('deleting logs', exec.remove(parseStored(object).metadata.uid));
      return;
    }
    const run = objects.renderer.object(object, this.#served);
    if (!isRun(run)) return;
    if (ticket?.invocation && ticket.uid === run.metadata.uid && !isFinished(run)) {
      ticket.priority = run.spec.priority ?? 0;
      ticket.again = true;
      ticket.invocation.seen(object);
    } else this.#take(objects, object.key, run);
  }

  /** Takes in the present state of a run. */
  #take(objects: Objects, key: string, run: Run): void {
    const known = this.#tickets.get(key);
    if (isFinished(run)) {
      if (known) this.#forget(known);
      this.#retention.add(objects, key, run);
      return;
    }
    if (known && known.uid === run.metadata.uid) {
      known.priority = run.spec.priority ?? 0;
      this.#wake(known);
      return;
    }
    if (known) this.#forget(known);
    const ticket = new Ticket(key, objects, run, this.#order++);
    // Those that start soon are not parsed again; a long queue keeps only what it needs.
    if (this.#queue.size < parsedMax) ticket.run = run;
    this.#tickets.set(key, ticket);
    this.#uids.add(ticket.uid);
    this.#enqueue(ticket);
  }

  #wakeKey(key: string): void {
    const ticket = this.#tickets.get(key);
    if (ticket) this.#wake(ticket);
  }

  /** Something that concerns a run has changed. */
  #wake(ticket: Ticket): void {
    switch (ticket.state) {
      case 'parked':
      case 'held':
        this.#enqueue(ticket);
        this.#dispatch();
        return;
      case 'active':
        ticket.again = true;
        ticket.invocation?.poke();
        return;
      default:
    }
  }

  #enqueue(ticket: Ticket): void {
    ticket.state = 'queued';
    this.#timers.remove(ticket.key);
    this.#queue.add(ticket);
  }

  /** The run has ended or is gone. */
  #forget(ticket: Ticket): void {
    ticket.state = 'gone';
    ticket.invocation?.stop();
    ticket.invocation = undefined;
    this.#settle(ticket);
    this.#unobserve(ticket);
    this.#timers.remove(ticket.key);
    if (this.#tickets.get(ticket.key) === ticket) this.#tickets.delete(ticket.key);
    this.#uids.delete(ticket.uid);
  }

  /** Gives workers to those whose turn it is. */
  #dispatch(): void {
    if (this.#dispatching || this.#isOver) return;
    this.#dispatching = true;
    try {
      while (!this.#shares.isFull && this.#finishing < finishingMax) {
        const ticket = this.#queue.take((tenant) => this.#shares.mayTake(tenant));
        if (!ticket) return;
        if (ticket.state === 'queued') this.#begin(ticket);
      }
    } finally {
      this.#dispatching = false;
    }
  }

  #begin(ticket: Ticket): void {
    const { objects } = ticket;
    const stored = objects.store.get(ticket.key);
    const run = stored && this.#runOf(ticket, stored);
    if (!stored || !run || !isRun(run) || run.metadata.uid !== ticket.uid || isFinished(run)) {
      this.#forget(ticket);
      return;
    }
    ticket.state = 'active';
    ticket.again = false;
    this.#active.add(ticket);
    this.#shares.take(ticket.tenant);
    this.#unobserve(ticket);
    const verdict = startVerdict(run, this.#options.definitions);
    if (verdict.type === 'write') {
      this.#writeStatus(ticket, stored, run, verdict.status(run, ticket.attempt, this.#options.clock.now()));
      return;
    }
    this.#invoke(ticket, stored, run, verdict.definition);
  }

  #runOf(ticket: Ticket, stored: StoredObject): KubeObject {
    const { run } = ticket;
    ticket.run = undefined;
    return run?.metadata.resourceVersion === String(stored.revision)
      ? run
      : ticket.objects.renderer.object(stored, this.#served);
  }

  #invoke(ticket: Ticket, stored: StoredObject, run: Run, definition: RunDefinition): void {
    const { clock, onFault } = this.#options;
    try {
      const ledger = this.#ledger(ticket, stored, run, (current) =>
        renderStatus(current, ledger.entries, invocation.progress),
      );
      const invocation: Invocation = new Invocation({
        ledger,
        definition,
        world: new TicketWorld(ticket, this.#parts, this.#approvals.get(ticket.objects)),
        attempt: ticket.attempt,
        finishing: () => this.#finish(ticket),
        ended: (outcome) => this.#ended(ticket, invocation, ledger, outcome),
      });
      ticket.invocation = invocation;
      ticket.beganAtMs = clock.monotonic();
      this.#metrics.started();
      invocation.start();
      this.#announcer.begin();
    } catch (error) {
      onFault(`beginning run ${ticket.namespace}/${ticket.name}`, error);
      this.#retryLater(ticket);
    }
  }

  #ledger(ticket: Ticket, stored: StoredObject, run: Run, render: (run: Run) => RunStatus): Ledger {
    const { clock } = this.#options;
    return new Ledger(
      stored,
      run,
      {
        objects: ticket.objects,
        served: this.#served,
        clock,
        wrote: (revision) => {
          ticket.ownRevision = revision;
        },
        changed: (changed) => {
          ticket.priority = changed.spec.priority ?? 0;
          ticket.again = true;
          ticket.invocation?.poke();
        },
        keepsTrying: () => !this.#isOver && ticket.state !== 'gone',
      },
      render,
    );
  }

  /** A run that is not invoked: what is to be said about it is written, and it waits for a change. */
  #writeStatus(ticket: Ticket, stored: StoredObject, run: Run, status: RunStatus): void {
    const { onFault, recorder } = this.#options;
    const ledger = this.#ledger(ticket, stored, run, () => status);
    const isFinal = isFinished({ ...run, status });
    const before = run.status?.phase;
    if (!isFinal) ledger.touch();
    const written = (isFinal ? ledger.finish() : ledger.flush()).then(
      () => {
        this.#settle(ticket);
        if (isFinal) this.#finished(ticket, ledger.run);
        else if (ticket.state === 'active') {
          ticket.state = 'held';
          if (ticket.again) this.#enqueue(ticket);
        }
        const event = before === status.phase ? undefined : eventOf(ledger.run);
        if (event) recorder?.record(event);
        this.#dispatch();
      },
      (error: unknown) => {
        if (!this.#isOver) onFault(`writing the status of run ${ticket.namespace}/${ticket.name}`, error);
        this.#retryLater(ticket);
      },
    );
    this.#background('writing a status', written);
  }

  /** Frees the worker of a run of which only the end is to be written. */
  #finish(ticket: Ticket): void {
    if (!this.#active.has(ticket)) return;
    this.#settle(ticket);
    ticket.isFinishing = true;
    this.#finishing++;
    this.#dispatch();
  }

  /** The invocation is over: its worker is free, or the room of its last commit. */
  #settle(ticket: Ticket): void {
    if (ticket.isFinishing) {
      ticket.isFinishing = false;
      this.#finishing--;
    }
    if (this.#active.delete(ticket)) this.#shares.release(ticket.tenant);
  }

  #ended(ticket: Ticket, invocation: Invocation, ledger: Ledger, outcome: Outcome): void {
    if (ticket.invocation !== invocation) return;
    ticket.invocation = undefined;
    this.#settle(ticket);
    if (this.#isOver || ticket.state === 'gone') return;
    const { recorder, onFault } = this.#options;
    const event = eventOf(ledger.run);
    switch (outcome.type) {
      case 'finished':
        this.#metrics.ended(outcome.phase);
        this.#finished(ticket, ledger.run);
        break;
      case 'parked':
        ticket.state = 'parked';
        break;
      case 'refused':
        ticket.state = 'held';
        if (outcome.again) this.#enqueue(ticket);
        break;
      default:
        if (outcome.type === 'broken') onFault(`run ${ticket.namespace}/${ticket.name}`, outcome.error);
        // What is still under way for the old pass must end before the next one begins.
        ticket.state = 'active';
        this.#background(
          'taking a run up again',
          invocation.settled().then(() => this.#retryLater(ticket)),
        );
        return;
    }
    ticket.faults = 0;
    if (event) recorder?.record(event);
    this.#dispatch();
  }

  #finished(ticket: Ticket, run: Run): void {
    this.#forget(ticket);
    this.#retention.add(ticket.objects, ticket.key, run);
  }

  #retryLater(ticket: Ticket): void {
    this.#settle(ticket);
    if (this.#isOver || ticket.state === 'gone') return;
    ticket.state = 'parked';
    const waitMs = ticket.faults++ === 0 ? 0 : storeRetryMs * 2 ** Math.min(ticket.faults, 5);
    this.#timers.put(ticket.key, this.#options.clock.now() + waitMs);
    this.#dispatch();
  }

  #unobserve(ticket: Ticket): void {
    for (const key of ticket.observed ?? []) this.#observations.remove(bucketToFollow(key), key, ticket);
    ticket.observed = undefined;
  }

  #background(what: string, work: Promise<void>): void {
    const tracked: Promise<void> = work
      .catch((error: unknown) => {
        if (!this.#isOver) this.#options.onFault(what, error);
      })
      .finally(() => this.#writing.delete(tracked));
    this.#writing.add(tracked);
  }
}
