import type { UserInfo } from '../auth/port.ts';
import type { Json, KubeObject } from '../model/object.ts';
import type {
  ApprovalOptions,
  ExecOptions,
  RunContext,
  StepContext,
  StepOptions,
  WaitOptions,
} from './define-run.ts';
import type { ExecOutcome } from './exec-port.ts';
import type { Invocation } from './invocation.ts';
import type { LateAbort } from './late-abort.ts';
import type { Ledger } from './ledger.ts';
import type { Operation, RunWorld } from './operation.ts';
import { RunError } from './run-error.ts';
import { runUser } from './run-user.ts';
import { stepOperation } from './step-operation.ts';
import { approvalOperation, childOperation, sleepOperation, waitOperation } from './wait-operations.ts';

/** Characters of a program's standard error in the message of its failure. */
const stderrCharsShown = 500;

/** The operations of a run, as its function calls them. */
export class FunctionContext implements RunContext {
  readonly name: string;
  readonly namespace: string;
  readonly uid: string;
  readonly requestedBy: UserInfo;
  readonly #interrupted: LateAbort;
  readonly #invocation: Invocation;
  readonly #world: RunWorld;

  constructor(
    invocation: Invocation,
    { ledger, world }: { ledger: Ledger; world: RunWorld },
    interrupted: LateAbort,
  ) {
    const { metadata, spec } = ledger.run;
    const { name, namespace = '', uid } = metadata;
    const { username = runUser.username, groups = [] } = spec.requestedBy ?? {};
    this.requestedBy = { username, groups: [...groups] };
    this.name = name;
    this.namespace = namespace;
    this.uid = uid;
    this.#interrupted = interrupted;
    this.#invocation = invocation;
    this.#world = world;
  }

  get signal(): AbortSignal {
    return this.#interrupted.signal;
  }

  async step<Result>(
    name: string,
    fn: (context: StepContext) => Result | Promise<Result>,
    options: StepOptions<Awaited<Result>> = {},
  ): Promise<Awaited<Result>> {
    // The journal gives back what the step returned, as JSON.
    return (await this.#step('step', name, fn, options)) as Awaited<Result>;
  }

  async exec(name: string, options: ExecOptions): Promise<ExecOutcome> {
    const { retry, timeoutMs, compensate, once, recover, successCodes = [0], ...program } = options;
    const limit = timeoutMs === undefined ? {} : { timeoutMs };
    const run = async (context: StepContext): Promise<ExecOutcome> => {
      const outcome = await context.exec({ ...program, ...limit });
      if (outcome.timedOut === true) {
        throw new RunError('Timeout', `${program.file} took more than ${timeoutMs ?? 0} ms`, { step: name });
      }
      const { exitCode, stderr } = outcome;
      if (exitCode !== undefined && successCodes.includes(exitCode)) return outcome;
      const how =
        exitCode === undefined ? `was ended by ${outcome.signal ?? 'a signal'}` : `ended with ${exitCode}`;
      const said = stderr.trim().slice(-stderrCharsShown);
      throw new Error(`${program.file} ${how}${said === '' ? '' : `: ${said}`}`);
    };
    const parts = {
      ...(retry ? { retry } : { retry: { limit: 0 } }),
      ...(compensate ? { compensate } : {}),
      ...(once === undefined ? {} : { once }),
      ...(recover ? { recover } : {}),
    };
    return (await this.#step('exec', name, run, parts)) as unknown as ExecOutcome;
  }

  #step<Result>(
    kind: 'step' | 'exec',
    name: string,
    fn: (context: StepContext) => unknown,
    options: StepOptions<Result>,
  ): Promise<Json | undefined> {
    const { compensate } = options;
    // A name that stands twice is told apart by the invocation, which also calls `done`.
    const operation: Operation = stepOperation({
      kind,
      fn,
      options,
      done: (unique, result) => {
        if (!compensate) return;
        const undo = stepOperation({
          kind: 'compensation',
          fn: (context) => compensate(result as Result, context),
          options: {},
          done: () => undefined,
        });
        this.#invocation.compensateWith(unique, undo);
      },
    });
    return this.#invocation.perform(operation, name);
  }

  async sleep(name: string, durationMsOrUntil: number | Date): Promise<void> {
    await this.#invocation.perform(sleepOperation(durationMsOrUntil), name);
  }

  async approval(name: string, options: ApprovalOptions): Promise<{ by: string[] }> {
    const result = await this.#invocation.perform(approvalOperation(options), name);
    return result as { by: string[] };
  }

  async waitFor(name: string, options: WaitOptions): Promise<KubeObject> {
    const result = await this.#invocation.perform(waitOperation(options), name);
    return result as unknown as KubeObject;
  }

  async child(name: string, definition: string, input: Record<string, unknown> = {}): Promise<Json> {
    return (await this.#invocation.perform(childOperation(definition, input), name)) ?? null;
  }

  now(): number {
    return this.#invocation.value('now', () => this.#world.clock.now());
  }

  random(): number {
    return this.#invocation.value('random', () => this.#world.random.below(2 ** 48 - 1) / 2 ** 48);
  }
}
