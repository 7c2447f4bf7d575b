import { withFence } from '../cluster/fence.ts';
import type { Json } from '../model/object.ts';
import type { StoredObject } from '../store/port.ts';
import { entryOf, type MadeAttempt, notBegun } from './attempt-entry.ts';
import { Compensations } from './compensations.ts';
import { DeliveryOrder } from './delivery-order.ts';
import { FunctionContext } from './function-context.ts';
import { Interrupt } from './interrupt.ts';
import { isSettled, type JournalEntry } from './journal-entry.ts';
import { mismatch } from './journal-mismatch.ts';
import { jsonOf } from './json-value.ts';
import { LateAbort } from './late-abort.ts';
import { LostRun } from './ledger.ts';
import { operationsMax, outputBytesMax, replayGraceMs } from './limits.ts';
import type { Attempt, Decision, Operation, OperationView } from './operation.ts';
import { OperationNames } from './operation-names.ts';
import type { InvocationOptions, Outcome } from './outcome.ts';
import { errorOf, failureOf, RunError, type RunFailure } from './run-error.ts';
import type { RunPhase, RunWaiting } from './run-kind.ts';
import type { Progress } from './run-status.ts';
import { type AttemptResult, runAttempt } from './step-attempt.ts';

interface Pending {
  readonly name: string;
  readonly operation: Operation;
  readonly resolve: (value: Json | undefined) => void;
  readonly reject: (error: RunError) => void;
  state: 'asked' | 'busy' | 'parked' | 'settled';
  waiting?: RunWaiting;
}

/**
 * One pass over the function of a run: from its start, through what the journal already knows, to its end or to where
 * everything that it asked for is parked. Then the pass is dropped as it stands, with promises that never settle; the
 * next one begins at the start again.
 *
 * An operation goes through these states:
 *
 *   asked    the function waits for it; it is decided on once the function has come to rest
 *   busy     an attempt is under way, or a commit
 *   parked   nothing to do before the world changes
 *   settled  its outcome is in the journal, and handed over in the journal's order
 */
export class Invocation {
  readonly #options: InvocationOptions;
  readonly #outstanding = new Map<string, Pending>();
  readonly #names = new OperationNames();
  readonly #order: DeliveryOrder;
  readonly #compensations = new Compensations();
  readonly #running: Map<string, { kind: string; attempt: number; startedAtMs: number }> = new Map();
  readonly #interrupt: Interrupt;
  /** Aborted when the process stops or the run is lost. */
  readonly #stopped = new LateAbort();
  #startedAtMs: number | undefined;
  #phase: RunPhase = 'Running';
  #refusal: RunFailure | undefined;
  #error: RunFailure | undefined;
  #output: unknown;
  readonly #tasks = new Set<Promise<void>>();
  #over = false;
  /** What the run ends as is decided, and being written: nothing begins any more. */
  #ending = false;
  /** Resolved when all that the function asked for is over; there once it is waited for. */
  #drained: PromiseWithResolvers<void> | undefined;
  #parking = false;
  #poked = false;

  constructor(options: InvocationOptions) {
    this.#options = options;
    const { ledger } = options;
    const settled = [...ledger.entries.values()].filter((entry) => entry.order !== undefined);
    this.#order = new DeliveryOrder(settled.length, options.world.clock, {
      isRequested: (order) => this.#requestedAt(order) !== undefined,
      rest: () => this.#rest(),
      missing: () => this.#refuseUnasked(),
      graceMs: replayGraceMs,
    });
    const started = ledger.run.status?.startedAt;
    this.#startedAtMs = started === undefined ? undefined : Date.parse(started);
    this.#interrupt = new Interrupt(ledger, options.world, () => this.#outstanding.size === 0);
  }

  get progress(): Progress {
    const { world, definition, attempt } = this.#options;
    return {
      phase: this.#phase,
      definitionVersion: this.#options.ledger.run.status?.definitionVersion ?? definition.version,
      startedAtMs: this.#startedAtMs,
      attempt,
      running: this.#running,
      waiting: this.#waiting(),
      error: this.#refusal ?? this.#error,
      output: this.#output,
      nowMs: world.clock.now(),
    };
  }

  /** Begins the pass. */
  start(): void {
    const { world } = this.#options;
    this.#startedAtMs ??= world.clock.now();
    this.#checkInterrupts();
    this.#main().then(
      (outcome) => this.#end(outcome),
      (error: unknown) => this.#fail(error),
    );
  }

  /** The world has changed: time, an object, an approval or the run's own spec. */
  poke(): void {
    if (this.#over || this.#ending) return;
    this.#checkInterrupts();
    if (this.#parking) {
      this.#poked = true;
      return;
    }
    for (const pending of this.#outstanding.values()) if (pending.state === 'parked') pending.state = 'asked';
    this.#order.schedule();
  }

  /** Somebody else has changed the run. */
  seen(stored: StoredObject): void {
    if (this.#over) return;
    if (this.#options.ledger.seen(stored)) this.poke();
    else this.#fail(new LostRun('another writer changed the status of the run'));
  }

  /** Stops without an end: the process ends, or the run was taken over. What is under way is told to stop. */
  stop(): void {
    this.#stopped.abort(new RunError('Stopped', 'the process stops'));
    this.#end({ type: 'stopped' });
  }

  /** Writes the present state down, for those who look at the run. */
  async announce(): Promise<void> {
    if (this.#over || this.#ending || this.#parking) return;
    const { ledger } = this.#options;
    ledger.touch();
    await ledger.flush().catch((error: unknown) => this.#fail(error));
  }

  /** Resolves when no attempt is under way any more. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#tasks);
  }

  /** Asks for an operation on behalf of the function. */
  perform(operation: Operation, label: string): Promise<Json | undefined> {
    if (this.#over) return new Promise(() => undefined);
    const name = this.#names.unique(label);
    const { ledger } = this.#options;
    const entry = ledger.entries.get(name);
    if (entry && entry.kind !== operation.kind) {
      this.#refuse(mismatch(`${name} is a ${entry.kind} in the journal and a ${operation.kind} in the code`));
      return new Promise(() => undefined);
    }
    if (!entry && ledger.entries.size >= operationsMax) {
      const message = `a run has at most ${operationsMax} operations: continue in a child run`;
      return Promise.reject(new RunError('TooManyOperations', message, { step: name }));
    }
    return new Promise((resolve, reject) => {
      this.#outstanding.set(name, { name, operation, resolve, reject, state: 'asked' });
      this.#order.schedule();
    });
  }

  /** A value that is drawn once and then always the same. */
  value(kind: 'now' | 'random', draw: () => number): number {
    const name = this.#names.unique(kind);
    const { ledger } = this.#options;
    const entry = ledger.entries.get(name);
    if (typeof entry?.result === 'number') return entry.result;
    const result = draw();
    if (!this.#over) ledger.put({ kind, name, state: 'done', result });
    return result;
  }

  /** Has something called in reverse order should the run fail. */
  compensateWith(name: string, operation: Operation): void {
    this.#compensations.add(name, operation);
  }

  async #main(): Promise<Outcome> {
    const { ledger, definition, finishing } = this.#options;
    let failure: RunFailure | undefined;
    try {
      const context = new FunctionContext(this, this.#options, this.#interrupt.abort);
      const output = await this.#interrupt.outcomeOf(definition.run(context, ledger.run.spec.input ?? {}));
      this.#output = jsonOf(output, outputBytesMax, 'the output of the run').value;
    } catch (error) {
      failure = failureOf(error);
    }
    this.#interrupt.rest();
    if (this.#over) return { type: 'stopped' };
    if (!this.#interrupt.failure) {
      const unasked = this.#unasked();
      if (unasked.length > 0) {
        this.#refuse(mismatch(`the code ends without asking for ${unasked.join(', ')}`));
        return await new Promise(() => undefined);
      }
    }
    const ended = await this.#outcome(failure);
    this.#ending = true;
    finishing();
    await ledger.finish(() => {
      this.#phase = ended.phase;
      this.#error = ended.error;
      if (ended.phase !== 'Succeeded') this.#output = undefined;
    });
    return { type: 'finished', ...ended };
  }

  /** What the run ends as, after what it did was taken back if need be. */
  async #outcome(
    failure: RunFailure | undefined,
  ): Promise<{ phase: RunPhase; error: RunFailure | undefined }> {
    if (!this.#interrupt.failure && !failure) {
      await this.#drop();
      return { phase: 'Succeeded', error: undefined };
    }
    const cause = this.#interrupt.failure ?? failure ?? { code: 'Failed', message: 'failed' };
    const phase = cause.code === 'Canceled' ? 'Canceled' : 'Failed';
    await this.#drain(cause);
    if (!this.#compensations.areNeeded(this.#options.ledger)) return { phase, error: cause };
    this.#interrupt.set(cause);
    this.#phase = 'Compensating';
    const told = await this.#compensations.run(this.#options.ledger, (operation, name) =>
      this.perform(operation, name),
    );
    return { phase, error: told === '' ? cause : { ...cause, message: `${cause.message}; ${told}` } };
  }

  /** A function that succeeds without waiting for all that it asked for does not care about the rest: that is told to end. */
  async #drop(): Promise<void> {
    if (this.#outstanding.size === 0) return;
    this.#ending = true;
    this.#interrupt.drop();
    await this.settled();
  }

  /**
   * Waits until nothing is left of what the function has asked for besides what made it fail: no effect comes after the
   * end of a run, or after the first one is taken back, and what was still done is taken back, too.
   */
  async #drain(cause: RunFailure): Promise<void> {
    if (this.#outstanding.size === 0 && this.#tasks.size === 0 && !this.#order.replaying) return;
    this.#interrupt.set(cause);
    this.#drained = Promise.withResolvers<void>();
    for (const pending of this.#outstanding.values()) if (pending.state === 'parked') pending.state = 'asked';
    this.#order.schedule();
    await this.#drained.promise;
    this.#drained = undefined;
  }

  /** Cancellation and the time limit of the run; once something is taken back, they change nothing. */
  #checkInterrupts(): void {
    if (this.#phase !== 'Compensating') this.#interrupt.check(this.#startedAtMs);
  }

  #requestedAt(order: number): Pending | undefined {
    for (const pending of this.#outstanding.values()) {
      if (this.#options.ledger.entries.get(pending.name)?.order === order) return pending;
    }
    return undefined;
  }

  /** Names in the journal that this pass has not asked for. */
  #unasked(): string[] {
    return [...this.#options.ledger.entries.values()]
      .filter(({ name, kind }) => kind !== 'interrupt' && !this.#names.has(name))
      .map(({ name }) => name);
  }

  #refuseUnasked(): void {
    // On the way out, operations that ended at the same time as the interrupt may stay unasked for.
    if (this.#interrupt.failure) this.#order.giveUp();
    else this.#refuse(mismatch(`the code does not ask for ${this.#unasked().join(', ')} any more`));
  }

  /** The function has come to rest: hands the next outcome over, or decides on what was asked. */
  #rest(): void {
    if (this.#over || this.#ending) return;
    if (this.#drained && this.#outstanding.size === 0 && this.#tasks.size === 0 && !this.#order.replaying) {
      this.#drained.resolve();
      return;
    }
    const replayed = this.#order.replaying ? this.#requestedAt(this.#order.position) : undefined;
    const next = replayed ?? this.#settledNext();
    if (next) {
      this.#deliver(next);
      return;
    }
    if (this.#order.replaying && !this.#refusal) return;
    for (const pending of this.#outstanding.values()) {
      if (pending.state === 'asked' && !this.#refusal) this.#decide(pending);
    }
    if (this.#settledNext()) this.#order.schedule();
    else this.#checkIdle();
  }

  #settledNext(): Pending | undefined {
    if (this.#order.replaying) return undefined;
    for (const pending of this.#outstanding.values()) if (pending.state === 'settled') return pending;
    return undefined;
  }

  #deliver(pending: Pending): void {
    const { ledger } = this.#options;
    const { name, operation } = pending;
    const entry = ledger.entries.get(name);
    this.#outstanding.delete(name);
    if (entry && isSettled(entry)) {
      if (this.#order.replaying) this.#order.advance();
      else if (entry.order === undefined) ledger.put({ ...entry, order: this.#order.append() });
      if (entry.state === 'done') {
        operation.attempt?.done(name, entry.result);
        pending.resolve(entry.result);
      } else pending.reject(errorOf(entry.error ?? { code: 'Failed', message: 'failed', step: name }));
    } else if (this.#interrupt.failure) pending.reject(errorOf({ ...this.#interrupt.failure, step: name }));
    this.#order.schedule();
  }

  #view(name: string): OperationView {
    const { ledger, world } = this.#options;
    return { run: ledger.run, name, nowMs: world.clock.now(), interrupt: this.#interrupt.failure, world };
  }

  #decide(pending: Pending): void {
    const entry = this.#options.ledger.entries.get(pending.name);
    if (entry && isSettled(entry)) {
      pending.state = 'settled';
      return;
    }
    this.#carryOut(pending, entry, pending.operation.decide(entry, this.#view(pending.name)));
  }

  #carryOut(pending: Pending, entry: JournalEntry | undefined, decision: Decision): void {
    const { ledger, world } = this.#options;
    const { name, operation } = pending;
    const known = entry ?? { kind: operation.kind, name, startedAtMs: world.clock.now() };
    switch (decision.do) {
      case 'done':
      case 'fail': {
        const finishedAtMs = world.clock.now();
        const outcome =
          decision.do === 'done'
            ? {
                state: 'done' as const,
                ...(decision.result === undefined ? {} : { result: decision.result }),
              }
            : { state: 'failed' as const, error: decision.error };
        ledger.put({ ...known, ...outcome, finishedAtMs });
        pending.state = 'settled';
        return;
      }
      case 'reject':
        pending.state = 'settled';
        return;
      case 'park':
        if (decision.change && !entry) ledger.put({ ...known, state: 'waiting', ...decision.change });
        ledger.touch();
        pending.waiting = decision.waiting;
        pending.state = 'parked';
        return;
      case 'commit':
        this.#work(pending, async () => {
          await ledger.commit({ ...known, state: 'waiting', ...decision.change }, decision.besides);
          pending.state = 'asked';
        });
        return;
      case 'attempt': {
        const { attempt } = operation;
        if (attempt) this.#work(pending, () => this.#attempt(pending, attempt, entry));
        return;
      }
      case 'refuse':
        this.#refuse(decision.failure);
    }
  }

  /** Does something that takes time for an operation. */
  #work(pending: Pending, task: () => Promise<void>): void {
    pending.state = 'busy';
    // Whoever woke the run works under a fence of its own.
    const running = withFence(this.#options.world.fence, task).then(
      () => {
        this.#tasks.delete(running);
        if (!this.#over) this.#order.schedule();
      },
      (error: unknown) => {
        this.#tasks.delete(running);
        this.#fail(error);
      },
    );
    this.#tasks.add(running);
  }

  /** One attempt of a step, between what is journaled before it and what is journaled of it. */
  async #attempt(pending: Pending, attempt: Attempt, entry: JournalEntry | undefined): Promise<void> {
    const { ledger, world } = this.#options;
    const { name, operation } = pending;
    const isRecovering = entry?.state === 'intent';
    const made = isRecovering ? (entry?.attempt ?? 1) : (entry?.attempt ?? 0) + 1;
    const startedAtMs = entry?.startedAtMs ?? world.clock.now();
    const attemptMade = { attempt, kind: operation.kind, name, made, startedAtMs };
    this.#running.set(name, { kind: operation.kind, attempt: made, startedAtMs });
    try {
      if (attempt.isOnce && !isRecovering) {
        ledger.put({ ...entry, kind: operation.kind, name, startedAtMs, state: 'intent', attempt: made });
      }
      // What came before is durable before the next effect begins.
      if (ledger.dirty) await ledger.flush();
      if (this.#over || this.#ending) return;
      if (this.#interrupt.failure && operation.kind !== 'compensation' && !isRecovering) {
        // The effect has not begun: an intent that was written is taken back by a failure.
        if (attempt.isOnce) this.#record(pending, attemptMade, notBegun(this.#interrupt.failure));
        else pending.state = 'asked';
        return;
      }
      if (world.fence?.holds() === false) throw new LostRun('another process may have the run by now');
      const ended = await runAttempt(attempt, {
        uid: ledger.run.metadata.uid,
        name,
        made,
        isRecovering,
        clock: world.clock,
        exec: world.exec,
        signals:
          operation.kind === 'compensation'
            ? [this.#stopped.signal]
            : [this.#stopped.signal, this.#interrupt.abort.signal],
      });
      if (this.#over) return;
      this.#record(pending, attemptMade, ended);
    } finally {
      this.#running.delete(name);
    }
  }

  #record(pending: Pending, made: MadeAttempt, ended: AttemptResult): void {
    const { ledger, world } = this.#options;
    const mayRetry = this.#interrupt.failure === undefined || made.kind === 'compensation';
    const entry = entryOf(made, ended, { nowMs: world.clock.now(), random: world.random, mayRetry });
    const put = entry && ledger.put(entry);
    pending.state = put && isSettled(put) ? 'settled' : 'asked';
  }

  #waiting(): RunWaiting[] {
    return [...this.#outstanding.values()]
      .filter(({ state }) => state === 'parked')
      .map(({ waiting }) => waiting)
      .filter((waiting) => waiting !== undefined);
  }

  #refuse(failure: RunFailure): void {
    this.#refusal ??= failure;
    this.#order.schedule();
  }

  /** When everything that the function waits for is parked, the pass ends. */
  #checkIdle(): void {
    if (this.#tasks.size > 0 || this.#parking || this.#over || this.#ending) return;
    const all = [...this.#outstanding.values()];
    if (!this.#refusal && (all.length === 0 || all.some(({ state }) => state !== 'parked'))) return;
    this.#park().catch((error: unknown) => this.#fail(error));
  }

  async #park(): Promise<void> {
    const { ledger } = this.#options;
    this.#parking = true;
    const before = this.#phase;
    if (this.#refusal) this.#phase = 'Refused';
    else if (before !== 'Compensating')
      this.#phase = this.#waiting().every((one) => one.for === 'Resume') ? 'Paused' : 'Waiting';
    ledger.touch();
    await ledger.flush();
    this.#parking = false;
    if (this.#ending) return;
    if (this.#refusal) this.#end({ type: 'refused', error: this.#refusal, again: this.#poked });
    else if (this.#poked) {
      this.#poked = false;
      this.#phase = before;
      this.poke();
    } else this.#end({ type: 'parked' });
  }

  #fail(error: unknown): void {
    this.#stopped.abort(error);
    this.#end(error instanceof LostRun ? { type: 'lost' } : { type: 'broken', error });
  }

  #end(outcome: Outcome): void {
    if (this.#over) return;
    this.#over = true;
    this.#interrupt.rest();
    this.#options.ended(outcome);
  }
}
