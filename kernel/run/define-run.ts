import type { Static, TSchema } from 'typebox';
import type { UserInfo } from '../auth/port.ts';
import type { ResourceId } from '../model/client.ts';
import type { Json, KubeObject } from '../model/object.ts';
import type { ExecOutcome, ExecRequest } from './exec-port.ts';

/** What a step gets to know of itself. */
export interface StepContext {
  /** The same over all attempts and restarts; give it to whatever carries the effect out, so that it happens once. */
  readonly idempotencyKey: string;
  /** Aborted when the step is to end: time limit, cancellation, a stop of the process. */
  readonly signal: AbortSignal;
  /** 1 for the first attempt. */
  readonly attempt: number;
  /**
   * Runs a program as a part of the step, to its end. An exit code other than 0 is no failure.
   * @throws RunError when the control plane runs no programs; the reason of `signal` when it was told to end
   */
  exec(program: StepProgram): Promise<ExecOutcome>;
  /**
   * Waits for the program of that log which outlived the process that started it; for `recover`. One that is told to end by
   * `signal` has 5 s for that.
   */
  settle(log: string): Promise<void>;
}

/** A program that a step runs. */
export interface StepProgram extends Omit<ExecRequest, 'runUid' | 'step' | 'attempt' | 'signal'> {
  /** Name of its log; absent: that of the step. No two programs write a log at the same time. */
  readonly log?: string;
}

/** How often and when a failed step is tried again. */
export interface RetryOptions {
  /** Attempts after the first; 0 never tries again. */
  readonly limit?: number;
  /** Wait before the first retry in milliseconds; doubled each time, with jitter. */
  readonly backoffMs?: number;
  /** Longest wait in milliseconds. */
  readonly maxMs?: number;
}

/** What an interrupted step that must not be repeated turned out to have done. */
export type Recovery<Result> = { readonly done: true; readonly result: Result } | { readonly done: false };

/** How a step is carried out. */
export interface StepOptions<Result> {
  readonly retry?: RetryOptions;
  /** Time limit of one attempt in milliseconds. */
  readonly timeoutMs?: number;
  /**
   * Takes the step back; called in reverse order when the run fails or is cancelled after the step was done. It is a
   * step of its own, with retries and a key of its own.
   */
  readonly compensate?: (result: Result, context: StepContext) => unknown;
  /**
   * The effect must never be repeated: the intent is journaled before it, and after a crash in between `recover` is
   * asked what happened; without it the run stops until a person decides. Failures are not retried unless `retry` says so.
   */
  readonly once?: boolean;
  readonly recover?: (context: StepContext) => Recovery<Result> | Promise<Recovery<Result>>;
}

/** What is asked of approvers. */
export interface ApprovalOptions {
  /** Groups of which the approvers must be members of one; absent: anybody who may create Approvals. */
  readonly groups?: readonly string[];
  /** Approvals needed; 1 by default. */
  readonly count?: number;
  /** Milliseconds until the demand fails; absent: never. */
  readonly expiresInMs?: number;
  /** What is to be approved, for people. */
  readonly message: string;
  /** What is to be approved, for the digest that approvals name. */
  readonly data?: unknown;
}

/** The object that is waited for. */
export interface WaitOptions {
  readonly resource: ResourceId;
  readonly name: string;
  /** Absent for cluster-scoped resources. */
  readonly namespace?: string;
  /** Called with the object whenever it changed, not while it is absent. */
  readonly until: (object: KubeObject) => boolean;
  readonly timeoutMs?: number;
}

/** The program to run, and how. */
export interface ExecOptions
  extends Omit<StepProgram, 'log' | 'timeoutMs'>,
    Pick<StepOptions<ExecOutcome>, 'retry' | 'timeoutMs' | 'compensate' | 'once' | 'recover'> {
  /** Exit codes that are no failure; [0] by default. */
  readonly successCodes?: readonly number[];
}

/**
 * What the function of a run works with. Each operation has a name; the same name again means the next one of that
 * name. Results are journaled: after a crash the function runs from its start, and every operation that is in the
 * journal answers at once with what it answered before. So between operations the function must be deterministic and
 * wait for nothing but operations of the run; all effects, times and random numbers come through them.
 */
export interface RunContext {
  readonly name: string;
  readonly namespace: string;
  readonly uid: string;
  /** Who asked for the run, as it was when they did. */
  readonly requestedBy: UserInfo;
  /** Aborted when the run is cancelled, runs out of time, or the process stops. */
  readonly signal: AbortSignal;
  /**
   * Carries out an effect at least once and journals its result, which must be JSON of at most 256 KiB.
   * @throws RunError when it failed for good
   */
  step<Result>(
    name: string,
    fn: (context: StepContext) => Result | Promise<Result>,
    options?: StepOptions<Awaited<Result>>,
  ): Promise<Awaited<Result>>;
  /** Waits for so many milliseconds, or until an instant. Holds no worker. */
  sleep(name: string, durationMsOrUntil: number | Date): Promise<void>;
  /**
   * Waits until others than the one who requested the run have approved. Holds no worker.
   * @throws RunError `ApprovalRejected` or `ApprovalExpired`
   */
  approval(name: string, options: ApprovalOptions): Promise<{ by: string[] }>;
  /**
   * Waits until an object is as it should be, and answers with it. Holds no worker.
   * @throws RunError `Timeout`
   */
  waitFor(name: string, options: WaitOptions): Promise<KubeObject>;
  /**
   * Runs a program.
   * @throws RunError `StepFailed` with the exit code and the end of its standard error
   */
  exec(name: string, options: ExecOptions): Promise<ExecOutcome>;
  /**
   * Starts another run and waits for its output. Holds no worker.
   * @throws RunError with the failure of the child
   */
  child(name: string, definition: string, input?: Record<string, unknown>): Promise<Json>;
  /** The time, in milliseconds since the Unix epoch; the same in every replay. */
  now(): number;
  /** A number in [0, 1); the same in every replay. */
  random(): number;
}

/** A run as code declares it. */
export interface RunDefinition<Input extends TSchema = TSchema> {
  /** Lower case, digits and hyphens, with dots between parts, such as `infra.apply`. */
  readonly name: string;
  /** Grows when the order or the meaning of operations changes. */
  readonly version: number;
  /** Older versions whose journals this code can take over. */
  readonly compatible?: readonly number[];
  /** One sentence about what it does. */
  readonly description?: string;
  /** Schema of the input, checked when a Run is created. */
  readonly input?: Input;
  readonly run: (run: RunContext, input: Static<Input>) => unknown;
}

/**
 * Declares a run.
 *
 * @throws RangeError naming what is wrong with the name or the version
 */
export function defineRun<const Input extends TSchema>(
  definition: RunDefinition<Input>,
): RunDefinition<Input> {
  const { name, version } = definition;
  if (!/^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/.test(name) || name.length > 100) {
    throw new RangeError(
      `run definition ${JSON.stringify(name)}: a name has lower-case letters, digits, hyphens and dots, at most 100`,
    );
  }
  if (!Number.isSafeInteger(version) || version < 1) {
    throw new RangeError(`run definition ${name}: the version ${version} is not a whole number from 1`);
  }
  return definition;
}
