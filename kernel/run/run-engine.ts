import { bucketOf } from '../api/keys.ts';
import type { Objects } from '../api/objects.ts';
import { parseStored } from '../api/versions.ts';
import { withFence } from '../cluster/fence.ts';
import { type Ownership, soleOwnership } from '../cluster/ownership.ts';
import type { MetricFamily } from '../control/metrics.ts';
import type { Clock } from '../ports/clock.ts';
import type { Random } from '../ports/random.ts';
import type { StoredObject, StoreEvent } from '../store/port.ts';
import { Announcer } from './announcer.ts';
import { Background } from './background.ts';
import type { RunDefinition } from './define-run.ts';
import { endsWithin } from './ends-within.ts';
import type { ExecPort } from './exec-port.ts';
import { FairQueue } from './fair-queue.ts';
import { Invocation } from './invocation.ts';
import { deleteJournal, orphanedJournals } from './journal-removal.ts';
import type { Ledger } from './ledger.ts';
import { finishedRunsMax, parsedMax, storeRetryMs, workersMax } from './limits.ts';
import { bucketToFollow, Observations } from './observations.ts';
import type { Outcome } from './outcome.ts';
import { OwnedRetention } from './owned-retention.ts';
import { eventOf } from './run-event.ts';
import { isFinished, isRun, oldestFirst, type Run, type RunStatus, runs } from './run-kind.ts';
import { RunMetrics } from './run-metrics.ts';
import type { RunRequest, RunStarter } from './run-request.ts';
import { renderStatus } from './run-status.ts';
import type { RunTenant } from './run-tenant.ts';
import { RunTenants } from './run-tenants.ts';
import { RunUnits } from './run-units.ts';
import { TicketWorld } from './run-world.ts';
import { startVerdict, withheldVerdict } from './start-verdict.ts';
import { Ticket } from './ticket.ts';
import { ledgerOf } from './ticket-ledger.ts';
import { Tickets } from './tickets.ts';
import { WallTimers } from './wall-timers.ts';
import { WorkerRoom } from './worker-room.ts';

/** What the engine stands on. */
export interface RunEngineOptions {
  /** Tenants take turns. Others may come and go later. */
  readonly tenants: readonly RunTenant[];
  readonly clock: Clock;
  readonly random: Random;
  /** Absent: `run.exec` fails. */
  readonly exec?: ExecPort;
  /** Told of errors that are ours, with what was being done. */
  readonly onFault: (what: string, error: unknown) => void;
  /** Invocations under way at once. */
  readonly workers?: number;
  /** Finished runs kept per tenant. */
  readonly finishedRuns?: number;
  /** Which runs are this process's; absent: all. */
  readonly ownership?: Ownership;
}

/**
 * Carries runs out: follows the Run objects of its tenants, starts those that are due in fair order, and parks those
 * that wait. All that it knows is in the store, so it can be ended at any instant, and another one goes on.
 */
export class RunEngine implements RunStarter {
  readonly #options: RunEngineOptions;
  readonly #tenants: RunTenants;
  readonly #tickets = new Tickets();
  readonly #queue = new FairQueue<Ticket>();
  readonly #room: WorkerRoom;
  readonly #observations: Observations<Ticket>;
  readonly #timers: WallTimers;
  readonly #units: RunUnits;
  readonly #retention: OwnedRetention;
  readonly #announcer: Announcer;
  readonly #metrics = new RunMetrics();
  readonly #background: Background;
  #order = 0;
  #dispatching = false;
  #isOver = true;
  /** Whether the runs of new units are about to be taken up. */
  #isAdopting = false;

  constructor(options: RunEngineOptions) {
    this.#options = options;
    const { clock, onFault } = options;
    this.#room = new WorkerRoom(options.workers ?? workersMax, options.tenants.length);
    this.#observations = new Observations((ticket) => this.#wake(ticket), onFault);
    this.#timers = new WallTimers(clock, (key) => this.#wakeKey(key));
    const { random, exec } = options;
    const [timers, observations] = [this.#timers, this.#observations];
    this.#tenants = new RunTenants(
      { clock, random, exec, onFault, timers, observations },
      {
        listed: (objects, stored) => this.#listed(objects, stored),
        changed: (objects, event) => this.#changed(objects, event),
        rested: () => this.#dispatch(),
        decided: (runKey) => this.#wakeKey(runKey),
      },
    );
    for (const tenant of options.tenants) this.#tenants.add(tenant);
    this.#background = new Background((what, error) => {
      if (!this.#isOver) onFault(what, error);
    });
    const ownership = options.ownership ?? soleOwnership;
    this.#units = new RunUnits(ownership, clock, {
      begun: () => this.#adoptLater(),
      ticketsOf: (unit) => this.#tickets.ofUnit(unit),
      resume: (ticket) => {
        if (ticket.state === 'held') this.#wake(ticket);
      },
      drop: (ticket) => this.#forget(ticket),
    });
    const retained = {
      servedOf: (objects: Objects) => this.#tenants.followed(objects)?.served,
      clock,
      finishedMax: options.finishedRuns ?? finishedRunsMax,
      approvalsOf: (objects: Objects, runKey: string) =>
        this.#tenants.followed(objects)?.approvals.keysOf(runKey) ?? [],
      onFault,
    };
    this.#retention = new OwnedRetention(ownership, retained, () => this.#adoptLater());
    this.#announcer = new Announcer(clock, this.#room.active, (writing) =>
      this.#background.run('writing a status', writing),
    );
  }

  /** Takes up all runs that have not ended, and follows what comes. @throws Error when a registry serves no Runs */
  start(): void {
    this.#isOver = false;
    // What is this process's from the start is taken up from the lists that come next.
    this.#isAdopting = true;
    this.#units.join();
    this.#retention.join();
    this.#isAdopting = false;
    this.#tenants.followAll();
    this.#dispatch();
  }

  /** Takes a tenant in, and takes its runs up when the engine runs. @throws Error when its registry serves no Runs */
  addTenant(tenant: RunTenant): void {
    this.#tenants.add(tenant);
    this.#room.tenants = this.#tenants.size;
    if (this.#isOver) return;
    this.#tenants.follow(tenant);
    this.#dispatch();
  }

  /**
   * Lets a tenant go: nothing of it is started any more, and none of its runs waits here.
   * @param graceMs how long attempts under way are waited for, in milliseconds
   * @returns whether all had ended by then
   */
  async removeTenant(name: string, graceMs: number): Promise<boolean> {
    const objects = this.#tenants.remove(name);
    if (!objects) return true;
    this.#room.tenants = this.#tenants.size;
    this.#queue.drop(name);
    this.#retention.forgetTenant(objects);
    const ending: Promise<void>[] = [];
    for (const ticket of this.#tickets.ofObjects(objects)) {
      if (ticket.invocation) ending.push(ticket.invocation.settled());
      this.#forget(ticket);
    }
    this.#dispatch();
    return await endsWithin(this.#options.clock, graceMs, Promise.all(ending));
  }

  /** Looks again at the runs of a tenant that could not go on. */
  wakeTenant(name: string): void {
    for (const ticket of this.#tickets.ofTenant(name)) if (ticket.state === 'held') this.#enqueue(ticket);
    this.#dispatch();
  }

  /**
   * Starts nothing more and tells what is under way to stop; a new engine takes it up again.
   * @param graceMs how long attempts under way are waited for, in milliseconds
   * @returns whether all had ended by then
   */
  async stop(graceMs: number): Promise<boolean> {
    this.#isOver = true;
    this.#tenants.unfollowAll();
    this.#observations.stop();
    this.#timers.stop();
    this.#announcer.stop();
    this.#queue.clear();
    const invocations = [...this.#room.active].map(({ invocation }) => invocation);
    for (const invocation of invocations) invocation?.stop();
    const all = Promise.all([
      ...invocations.map((invocation) => invocation?.settled()),
      this.#background.settled(),
      this.#retention.stop(),
    ]);
    const hasEnded = await endsWithin(this.#options.clock, graceMs, all);
    this.#units.leave();
    return hasEnded;
  }

  /** Runs that wait for a worker, hold one, and are parked. */
  get counts(): { queued: number; active: number; known: number } {
    return { queued: this.#queue.size, active: this.#room.active.size, known: this.#tickets.size };
  }

  /** Whether there is work that waits for nothing but its turn. */
  busy(): boolean {
    return this.#queue.size > 0 || this.#room.size + this.#background.size > 0 || this.#retention.busy;
  }

  collect(): MetricFamily[] {
    const parked = this.#tickets.parked();
    return this.#metrics.collect({ queued: this.#queue.size, active: this.#room.active.size, parked });
  }

  async enqueue(request: RunRequest, tenant?: string): Promise<Run> {
    const [run] = await this.enqueueMany([request], tenant);
    if (!run) throw new Error('enqueueing one run gave none');
    return run;
  }

  async enqueueMany(requests: readonly RunRequest[], tenant?: string): Promise<Run[]> {
    return await this.#tenants.enqueue(requests, tenant);
  }

  #listed(objects: Objects, stored: readonly StoredObject[]): void {
    const all = oldestFirst(stored);
    const there = new Set(all.map(({ run }) => run.metadata.uid));
    for (const ticket of this.#tickets.ofObjects(objects)) if (!there.has(ticket.uid)) this.#forget(ticket);
    for (const { key, run } of all) this.#take(objects, key, run);
    this.#sweep(objects);
    this.#dispatch();
  }

  /** Takes up the runs of units that have become this process's, in a later turn, once for all of them. */
  #adoptLater(): void {
    if (this.#isAdopting || this.#isOver) return;
    this.#isAdopting = true;
    this.#options.clock.after(0, () => {
      this.#isAdopting = false;
      if (this.#isOver) return;
      for (const objects of this.#tenants.followedObjects()) {
        const { objects: stored } = objects.store.list(bucketOf(objects.tenant, runs));
        for (const { key, run } of oldestFirst(stored)) {
          if (!this.#tickets.has(key)) this.#take(objects, key, run);
        }
        this.#sweep(objects);
      }
      this.#dispatch();
    });
  }

  /** Deletes the journals of runs that were deleted while no engine saw it. */
  #sweep(objects: Objects): void {
    const isOurs = (uid: string): boolean => this.#units.owns(uid) && !this.#tickets.hasUid(uid);
    for (const uid of orphanedJournals(objects, isOurs)) this.#deleteJournal(objects, uid);
  }

  #deleteJournal(objects: Objects, uid: string): void {
    const deleted = withFence(this.#units.fenceOf(uid), () => deleteJournal(objects, uid));
    this.#background.run('deleting the journal of a deleted run', deleted);
  }

  #changed(objects: Objects, { type, object }: StoreEvent): void {
    this.#observations.changed(object.key);
    const ticket = this.#tickets.get(object.key);
    if (ticket && ticket.ownRevision === object.revision) return;
    if (type === 'deleted') {
      this.#retention.forget(objects, object.key);
      if (ticket) {
        this.#forget(ticket);
        this.#deleteJournal(objects, ticket.uid);
      }
      const { exec } = this.#options;
      if (exec?.remove) this.#background.run('deleting logs', exec.remove(parseStored(object).metadata.uid));
      return;
    }
    const run = objects.renderer.object(object, this.#tenants.of(objects).served);
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
    if (!this.#units.owns(run.metadata.uid)) {
      if (known) this.#forget(known);
      return;
    }
    if (known && known.uid === run.metadata.uid) {
      known.priority = run.spec.priority ?? 0;
      this.#wake(known);
      return;
    }
    if (known) this.#forget(known);
    const ticket = new Ticket(key, objects, run, this.#order++, this.#units.fenceOf(run.metadata.uid));
    // Those that start soon are not parsed again; a long queue keeps only what it needs.
    if (this.#queue.size < parsedMax) ticket.run = run;
    this.#tickets.add(ticket);
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
    this.#room.leave(ticket);
    this.#unobserve(ticket);
    this.#timers.remove(ticket.key);
    this.#tickets.remove(ticket);
  }

  /** Gives workers to those whose turn it is. */
  #dispatch(): void {
    if (this.#dispatching || this.#isOver) return;
    this.#dispatching = true;
    try {
      while (!this.#room.isFull) {
        const ticket = this.#queue.take((tenant) => this.#room.mayTake(tenant));
        if (!ticket) return;
        if (ticket.state === 'queued') this.#begin(ticket);
      }
    } finally {
      this.#dispatching = false;
    }
  }

  #begin(ticket: Ticket): void {
    const { objects } = ticket;
    if (this.#units.holdBack(ticket, () => this.#wake(ticket))) return;
    const stored = objects.store.get(ticket.key);
    const run = stored && ticket.read(stored, this.#tenants.of(objects).served);
    if (!stored || !run || !isRun(run) || run.metadata.uid !== ticket.uid || isFinished(run)) {
      this.#forget(ticket);
      return;
    }
    ticket.state = 'active';
    ticket.again = false;
    this.#room.enter(ticket);
    this.#unobserve(ticket);
    const { definitions, withheld } = this.#tenants.of(objects);
    const why = run.spec.cancel === true ? undefined : withheld?.();
    const verdict = why === undefined ? startVerdict(run, definitions) : withheldVerdict(why);
    if (verdict.type === 'write') {
      this.#writeStatus(ticket, stored, run, verdict.status(run, ticket.attempt, this.#options.clock.now()));
      return;
    }
    this.#invoke(ticket, stored, run, verdict.definition);
  }

  #invoke(ticket: Ticket, stored: StoredObject, run: Run, definition: RunDefinition): void {
    const { clock, onFault } = this.#options;
    const tenant = this.#tenants.of(ticket.objects);
    try {
      const ledger = this.#ledger(ticket, stored, run, (current) =>
        renderStatus(current, ledger.entries, invocation.progress),
      );
      const invocation: Invocation = new Invocation({
        ledger,
        definition,
        world: new TicketWorld(ticket, tenant.parts, tenant.approvals),
        attempt: ticket.attempt,
        finishing: () => {
          if (this.#room.finish(ticket)) this.#dispatch();
        },
        ended: (outcome) => this.#ended(ticket, invocation, ledger, outcome),
      });
      ticket.invocation = invocation;
      ticket.beganAtMs = clock.monotonic();
      this.#metrics.started();
      withFence(ticket.fence, () => invocation.start());
      this.#announcer.begin();
    } catch (error) {
      onFault(`beginning run ${ticket.namespace}/${ticket.name}`, error);
      this.#retryLater(ticket);
    }
  }

  #ledger(ticket: Ticket, stored: StoredObject, run: Run, render: (run: Run) => RunStatus): Ledger {
    const tenant = this.#tenants.of(ticket.objects);
    const { clock } = this.#options;
    return ledgerOf(ticket, stored, run, { tenant, clock, isOver: () => this.#isOver, render });
  }

  /** A run that is not invoked: what is to be said about it is written, and it waits for a change. */
  #writeStatus(ticket: Ticket, stored: StoredObject, run: Run, status: RunStatus): void {
    const { onFault } = this.#options;
    const { recorder } = this.#tenants.of(ticket.objects);
    const ledger = this.#ledger(ticket, stored, run, () => status);
    const isFinal = isFinished({ ...run, status });
    const before = run.status?.phase;
    if (!isFinal) ledger.touch();
    const written = (isFinal ? ledger.finish() : ledger.flush()).then(
      () => {
        this.#room.leave(ticket);
        if (isFinal) this.#finished(ticket, ledger.run);
        else if (ticket.state === 'active') {
          ticket.state = 'held';
          if (ticket.again) this.#enqueue(ticket);
        }
        const event = before === status.phase ? undefined : eventOf(ledger.run);
        if (event) withFence(ticket.fence, () => recorder?.record(event));
        this.#dispatch();
      },
      (error: unknown) => {
        if (!this.#isOver && ticket.state !== 'gone')
          onFault(`writing the status of run ${ticket.namespace}/${ticket.name}`, error);
        this.#retryLater(ticket);
      },
    );
    this.#background.run('writing a status', written);
  }

  #ended(ticket: Ticket, invocation: Invocation, ledger: Ledger, outcome: Outcome): void {
    if (ticket.invocation !== invocation) return;
    ticket.invocation = undefined;
    this.#room.leave(ticket);
    if (this.#isOver || ticket.state === 'gone') return;
    const { onFault } = this.#options;
    const { recorder } = this.#tenants.of(ticket.objects);
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
        this.#background.run(
          'taking a run up again',
          invocation.settled().then(() => this.#retryLater(ticket)),
        );
        return;
    }
    ticket.faults = 0;
    if (event) withFence(ticket.fence, () => recorder?.record(event));
    this.#dispatch();
  }

  #finished(ticket: Ticket, run: Run): void {
    this.#forget(ticket);
    this.#retention.add(ticket.objects, ticket.key, run);
  }

  #retryLater(ticket: Ticket): void {
    this.#room.leave(ticket);
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
}
