import type { Recovery } from '@plinth/kernel';
import { Violation } from './invariant.ts';
import type { RunHistory } from './run-history.ts';
import type { Script, StepNode } from './run-script.ts';

/** What a step is about to do. */
export interface Deed {
  readonly step: StepNode;
  readonly script: Script;
  readonly runUid: string;
  /** What the effect is; under one key it is always the same. */
  readonly what: string;
}

/** What came of one step. */
interface Record {
  key?: string;
  what?: string;
  runUid?: string;
  /** Attempts that began, and how often the effect was called for. */
  begun: number;
  acts: number;
  undoKey?: string;
  undosBegun: number;
  undos: number;
  /** A step that comes after it has begun: its outcome was final. */
  isPast: boolean;
}

/** Milliseconds after which a cancellation or a pause that is durable must have been heard of: watchers are woken late. */
const hearMsMax = 3_000;

/**
 * What runs change: it outlives processes, and knows each effect by its key, so that one that is called for again
 * changes nothing. It checks at every call what must hold at that instant.
 */
export class Outside {
  readonly #records = new Map<string, Record>();
  readonly #keys = new Map<string, string>();
  /** Scripts of which something was taken back. */
  readonly #undone = new Set<string>();
  readonly #history: RunHistory;
  readonly #nowMs: () => number;
  readonly #report: (violation: Violation) => void;
  #hand: Hand | undefined;
  /** Effects that happened, and calls for one that had happened already. */
  effects = 0;
  repeats = 0;

  /**
   * @param nowMs virtual milliseconds since the start
   * @param report told of what must not be
   */
  constructor(history: RunHistory, nowMs: () => number, report: (violation: Violation) => void) {
    this.#history = history;
    this.#nowMs = nowMs;
    this.#report = report;
  }

  /** The hand of a new process; that of the one before is dead. */
  hand(): Hand {
    this.cut();
    this.#hand = new Hand(this);
    return this.#hand;
  }

  /** The process is dead: whatever it still does has no effect. */
  cut(): void {
    this.#hand?.cut();
  }

  /** What came of a step so far. */
  of(step: StepNode): Record {
    const known = this.#records.get(step.id);
    if (known) return known;
    const made: Record = { begun: 0, acts: 0, undosBegun: 0, undos: 0, isPast: false };
    this.#records.set(step.id, made);
    return made;
  }

  /** Whether anything of a run was taken back. */
  isUndone(script: Script): boolean {
    return this.#undone.has(script.id);
  }

  /** An attempt begins. @returns its number over all processes, from 1 */
  begin(deed: Deed, key: string): number {
    const { step, script } = deed;
    const record = this.of(step);
    this.#identify(deed, record, key);
    this.#mayGoOn(deed, 'begins');
    const { steps, approvals, objects } = step.needs;
    for (const before of steps) {
      const earlier = this.of(before);
      this.#check(earlier.acts > 0, `${step.id} begins before ${before.id} had its effect`);
      earlier.isPast = true;
    }
    for (const node of approvals) {
      this.#check(this.#history.wasApproved(node), `${step.id} begins without the approval ${node.id}`);
    }
    for (const name of objects) {
      this.#check(this.#history.wasReady(name), `${step.id} begins before ${name} is ready`);
    }
    const heardMs = this.#nowMs() - hearMsMax;
    const cancelledAtMs = this.#history.cancelledAtMs(script.id) ?? Number.POSITIVE_INFINITY;
    this.#check(cancelledAtMs > heardMs, `${step.id} begins although the run was cancelled`);
    const pausedAtMs = this.#history.pausedAtMs(script.id) ?? Number.POSITIVE_INFINITY;
    this.#check(pausedAtMs > heardMs, `${step.id} begins although the run is paused`);
    return ++record.begun;
  }

  /** The effect of a step. */
  act(deed: Deed): void {
    const record = this.of(deed.step);
    this.#mayGoOn(deed, 'has its effect');
    record.acts++;
    if (record.acts === 1) this.effects++;
    else this.repeats++;
    const isRepeatable = deed.step.once === undefined;
    this.#check(isRepeatable || record.acts === 1, `${deed.step.id} must not be repeated, and is`);
  }

  /** A compensation begins. @returns the number of its attempt over all processes, from 1 */
  beginUndo({ step, script }: Deed, key: string): number {
    const record = this.of(step);
    record.undoKey ??= key;
    this.#own(key, `undo ${step.id}`);
    this.#check(record.undoKey === key, `${step.id} is taken back under two keys`);
    this.#check(record.acts > 0, `${step.id} is taken back, and never happened`);
    this.#check(!this.#history.isFinished(script.id), `${step.id} is taken back after the run has ended`);
    this.#undone.add(script.id);
    for (const before of step.needs.steps) {
      if (!script.steps.includes(before)) continue;
      const isLate = this.of(before).undosBegun > 0;
      this.#check(!isLate, `${step.id} is taken back after ${before.id}, which came before it`);
    }
    return ++record.undosBegun;
  }

  undo({ step }: Deed): void {
    this.of(step).undos++;
  }

  recover(key: string): Recovery<{ what: string }> {
    const id = this.#keys.get(key);
    const record = id === undefined ? undefined : this.#records.get(id);
    const { what } = record ?? {};
    return record && record.acts > 0 && what !== undefined
      ? { done: true, result: { what } }
      : { done: false };
  }

  /** One key, one effect, one run for each step, in whatever process. */
  #identify({ step, what, runUid }: Deed, record: Record, key: string): void {
    record.key ??= key;
    record.what ??= what;
    record.runUid ??= runUid;
    this.#own(key, step.id);
    this.#check(record.key === key, `${step.id} has two keys`);
    this.#check(record.what === what, `${step.id} is ${what}, and was ${record.what} in another pass`);
    this.#check(record.runUid === runUid, `${step.id} is carried out by two runs`);
  }

  #own(key: string, id: string): void {
    const owner = this.#keys.get(key) ?? id;
    this.#keys.set(key, owner);
    this.#check(owner === id, `${id} has the key of ${owner}`);
  }

  #mayGoOn({ step, script }: Deed, what: string): void {
    this.#check(!this.of(step).isPast, `${step.id} ${what} again after a step that follows it began`);
    this.#check(!this.#history.isFinished(script.id), `${step.id} ${what} after its run has ended`);
    for (let one: Script | undefined = script; one; one = one.parent) {
      this.#check(!this.#undone.has(one.id), `${step.id} ${what} while ${one.id} is being taken back`);
    }
  }

  #check(holds: boolean, what: string): void {
    if (!holds) this.#report(new Violation(`at ${this.#nowMs()} ms: ${what}`));
  }
}

/** The outside as one process reaches it: once that is dead nothing comes of what it does, and nothing answers. */
export class Hand {
  readonly #outside: Outside;
  #isDead = false;

  constructor(outside: Outside) {
    this.#outside = outside;
  }

  cut(): void {
    this.#isDead = true;
  }

  async begin(deed: Deed, key: string): Promise<number> {
    return await this.#alive(() => this.#outside.begin(deed, key));
  }

  async act(deed: Deed): Promise<void> {
    await this.#alive(() => this.#outside.act(deed));
  }

  async beginUndo(deed: Deed, key: string): Promise<number> {
    return await this.#alive(() => this.#outside.beginUndo(deed, key));
  }

  async undo(deed: Deed): Promise<void> {
    await this.#alive(() => this.#outside.undo(deed));
  }

  async recover(key: string): Promise<Recovery<{ what: string }>> {
    return await this.#alive(() => this.#outside.recover(key));
  }

  #alive<Result>(act: () => Result): Result | Promise<never> {
    return this.#isDead ? new Promise<never>(() => undefined) : act();
  }
}
