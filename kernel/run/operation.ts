import type { ObjectWrite } from '../api/objects.ts';
import type { Approval } from '../approval/approval-kind.ts';
import type { Fence } from '../cluster/fence.ts';
import type { ResourceId } from '../model/client.ts';
import type { Json, KubeObject } from '../model/object.ts';
import type { Clock } from '../ports/clock.ts';
import type { Random } from '../ports/random.ts';
import type { StepContext } from './define-run.ts';
import type { ExecPort } from './exec-port.ts';
import type { JournalEntry, OperationKind } from './journal-entry.ts';
import type { RunFailure } from './run-error.ts';
import type { Run, RunWaiting } from './run-kind.ts';

/** What the outside is to a run. */
export interface RunWorld {
  readonly clock: Clock;
  readonly random: Random;
  readonly exec: ExecPort | undefined;
  /** Asked before each effect, and in every commit that it makes; undefined when no other process could have the run. */
  readonly fence: Fence | undefined;
  /** The present state of an object; the run is woken when it changes. */
  observe(resource: ResourceId, namespace: string, name: string): KubeObject | undefined;
  /** Decisions that people have made about the run; it is woken by further ones. */
  approvals(): readonly Approval[];
  /** Wakes the run at an instant, in milliseconds since the Unix epoch. */
  wakeAt(atMs: number): void;
  /** The write that creates a child run. */
  childWrite(
    parent: Run,
    child: { name: string; definition: string; input: Record<string, unknown> },
  ): ObjectWrite;
  /** Asks a run to cancel itself. */
  cancelRun(namespace: string, name: string): Promise<void>;
}

/** What is known when it is decided how an operation goes on. */
export interface OperationView {
  readonly run: Run;
  /** Unique name in the run. */
  readonly name: string;
  readonly nowMs: number;
  /** Why the run has to end, when it has to. */
  readonly interrupt: RunFailure | undefined;
  readonly world: RunWorld;
}

/** A change of an entry: what is not named stays. */
export type EntryChange = Partial<Omit<JournalEntry, 'seq' | 'name' | 'kind'>>;

/** How an operation goes on. */
export type Decision =
  | { readonly do: 'done'; readonly result: Json | undefined }
  | { readonly do: 'fail'; readonly error: RunFailure }
  /** Fails without a record: a replay decides the same from what it sees. */
  | { readonly do: 'reject'; readonly error: RunFailure }
  | { readonly do: 'park'; readonly waiting: RunWaiting; readonly change?: EntryChange }
  /** Journals `change`, commits it together with `besides`, and decides again. */
  | { readonly do: 'commit'; readonly change: EntryChange; readonly besides: readonly ObjectWrite[] }
  | { readonly do: 'attempt' }
  | { readonly do: 'refuse'; readonly failure: RunFailure };

/** How one attempt of a step is carried out. */
export interface Attempt {
  readonly isOnce: boolean;
  readonly timeoutMs: number | undefined;
  readonly compensable: boolean;
  /** @param isRecovering whether an earlier attempt may have had its effect */
  run(context: StepContext, isRecovering: boolean): unknown;
  /** When to try again after attempt `attempt`, in milliseconds from now; undefined: no more. */
  retryAfterMs(attempt: number, random: Random): number | undefined;
  /** Called when the step is done, now or in a replay. */
  done(name: string, result: Json | undefined): void;
}

/** An operation that the function of a run has asked for. */
export interface Operation {
  readonly kind: OperationKind;
  decide(entry: JournalEntry | undefined, view: OperationView): Decision;
  readonly attempt?: Attempt;
}
