import { createHash } from 'node:crypto';
import {
  type CapabilityContext,
  type Client,
  type Controller,
  defineController,
  equalJson,
  isConflict,
  isFinished,
  isRun,
  type KubeObject,
  type ObjectName,
  type ReconcileContext,
  type Result,
  type Run,
  runs,
  SourceError,
} from '@plinth/kernel';
import { queuedMs, settledMs, stackConcurrency } from '../limits.ts';
import type { Configurations } from './configurations.ts';
import { Dependents, requireDependencies } from './stack-dependencies.ts';
import { StackError } from './stack-error.ts';
import {
  isStack,
  proposeAnnotation,
  replanAnnotation,
  type Stack,
  type StackStatus,
  stackFinalizer,
  stackLabel,
  stacks,
  uploadedStack,
} from './stack-fields.ts';
import { fingerprintOf } from './stack-job.ts';
import {
  isTurnTaking,
  type ObservedStack,
  planStack,
  requestsTaken,
  type StackProblem,
  type StackStep,
} from './stack-plan.ts';
import { stackRunDefinition } from './stack-run-definition.ts';
import { readStackSource, type StackSources } from './stack-source.ts';
import { forgottenRuns, type StackFindings, stackStatusOf } from './stack-status.ts';
import { StackTurns } from './stack-turns.ts';
import { msOf, type StackWork } from './stack-work.ts';

/** What the controller stands on. */
export interface StackControllerOptions {
  readonly work: StackWork;
  readonly sources: StackSources;
  readonly configurations: Configurations;
  readonly runs: CapabilityContext['runs'];
  readonly drift: CapabilityContext['drift'];
  /** Runs that go on at once. */
  readonly atOnce: number;
}

/** What was last read of a source. */
interface Look {
  readonly atMs: number;
  readonly generation: number | undefined;
  /** What people asked for then: who wants a new plan wants one of what the source has now. */
  readonly asked: string;
  readonly revision: string | undefined;
  /** What was found, when it is not what was found before: somebody may be writing it just now. */
  readonly unsettled: string | undefined;
  readonly problem: StackProblem | undefined;
}

const queuedProblem: StackProblem = {
  reason: 'Queued',
  message: 'as many stacks are being worked on as may be at once; it is worked on when it is its turn',
};

/** Keeps stacks planned and applied: starts a run for whatever is not yet as declared, and tells how that goes. */
export function stackController(options: StackControllerOptions): Controller {
  const reconciler = new StackReconciler(options);
  return defineController({
    name: 'stacks',
    resource: stacks,
    concurrency: stackConcurrency,
    watches: [
      { resource: runs, map: (run, { client }) => reconciler.concernedBy(run, client) },
      { resource: stacks, map: (stack) => reconciler.dependentsOf(stack) },
    ],
    reconcile: async (name, context) => await reconciler.reconcile(name, context),
  });
}

class StackReconciler {
  readonly #options: StackControllerOptions;
  /** What was last read of sources, by uid. */
  readonly #looks = new Map<string, Look>();
  readonly #turns: StackTurns;
  readonly #dependents = new Dependents();

  constructor(options: StackControllerOptions) {
    this.#options = options;
    this.#turns = new StackTurns(options.atOnce);
  }

  /** The stack of a run, and those whose turn it is when the run has ended. */
  concernedBy(run: KubeObject, client: Client): ObjectName[] {
    const { labels = {}, namespace = '' } = run.metadata;
    const name = labels[stackLabel];
    if (name === undefined || !isRun(run)) return [];
    this.#turns.saw(run);
    return [{ namespace, name }, ...this.#turns.next(client)];
  }

  /** The stacks that take outputs of a stack. */
  dependentsOf(stack: KubeObject): ObjectName[] {
    if (!isStack(stack)) return [];
    this.#dependents.saw(stack);
    return this.#dependents.of(stack);
  }

  async reconcile(name: ObjectName, context: ReconcileContext): Promise<Result | void> {
    const stack = context.client.get(stacks, name);
    if (!isStack(stack)) {
      this.#dependents.gone(name);
      return;
    }
    const nowMs = context.clock.now();
    const { status = {} } = stack;
    const [run, driftRun, turnRun] = [status.run, status.driftRun, status.turn].map((one) =>
      runOf(context.client, stack, one),
    );
    await this.#clearUp(stack, [run, driftRun, turnRun]);
    const look = await this.#look(stack, context);
    const wanted = await this.#wanted(stack, look, context.client);
    const { revision } = look;
    const problem = look.problem ?? wanted.problem;
    const findings = { stack, run, driftRun, turnRun, nowMs, revision, problem };
    const told = stackStatusOf(findings);
    const policyVersion = this.#options.work.policyVersion(stack);
    // What runs have come to by now counts, not what was last written about them.
    const observed = {
      stack: { ...stack, status: told },
      policyVersion,
      run,
      driftRun,
      turnRun,
      remoteRuns: remoteRunsOf(context.client, stack),
      nowMs,
      fingerprints: wanted.fingerprints,
    };
    const step = this.#inTurn(planStack(observed), stack, context.client);
    if (step.action === 'release') {
      await this.#release(stack, context.client);
      return;
    }
    await this.#carryOut(
      step,
      { ...findings, requests: requestsTaken(observed, step, problem) },
      context.client,
    );
    for (const uid of forgottenRuns(stack, told)) await this.#options.work.forget(uid);
    if (uploadedStack(stack)) await this.#options.configurations.prune(stack);
    await this.#reportDrift(stack, told);
    const intervalMs = msOf(stack.spec.interval);
    const forMs = step.action === 'wait' ? (step.forMs ?? intervalMs) : intervalMs;
    const settleMs = look.unsettled === undefined ? intervalMs : settledMs;
    return { requeueAfterMs: Math.min(forMs, intervalMs, settleMs) };
  }

  /** Keeps the Drift that tells of what was changed outside; the stack itself says what is done about it. */
  async #reportDrift({ apiVersion, kind, metadata }: Stack, { drift }: StackStatus): Promise<void> {
    if (!drift) return;
    const { namespace = '', name } = metadata;
    const target = { apiVersion, kind, namespace, name };
    const differences = drift.addresses.map((path) => ({ path, sensitive: true }));
    await this.#options.drift.report({ target, policy: 'report', differences });
  }

  /** What ended runs may have left: the lock of a program that was killed. */
  async #clearUp(stack: Stack, found: readonly (Run | undefined)[]): Promise<void> {
    for (const run of found) {
      if (!run || !isFinished(run)) continue;
      const { name, namespace = '', uid } = run.metadata;
      await this.#options.work.releaseLock({ name, namespace, uid }, stack);
    }
  }

  async #look(stack: Stack, { clock, signal }: ReconcileContext): Promise<Look> {
    const { uid, generation } = stack.metadata;
    const asked = askedOf(stack);
    const known = this.#looks.get(uid);
    const nowMs = clock.monotonic();
    if (uploadedStack(stack))
      return { atMs: nowMs, generation, asked, unsettled: undefined, ...uploadedLook(stack) };
    const isFresh =
      known?.unsettled === undefined &&
      known?.generation === generation &&
      known?.asked === asked &&
      nowMs - (known?.atMs ?? 0) < msOf(stack.spec.interval);
    if (known && isFresh) return known;
    const found = await this.#read(stack, signal);
    // A file that is written just now would be planned by half: a directory counts when it was the same twice.
    const isNew = stack.spec.source.directory !== undefined && found.revision !== undefined;
    const isSame = found.revision === known?.unsettled && nowMs - (known?.atMs ?? 0) >= settledMs;
    const isSettled = !isNew || found.revision === known?.revision || isSame;
    const sinceMs = known && found.revision === known.unsettled ? known.atMs : nowMs;
    const look = isSettled
      ? { atMs: nowMs, generation, asked, unsettled: undefined, ...found }
      : {
          atMs: sinceMs,
          generation,
          asked,
          revision: known?.revision,
          unsettled: found.revision,
          problem: undefined,
        };
    this.#looks.set(uid, look);
    return look;
  }

  async #read(stack: Stack, signal: AbortSignal): Promise<Pick<Look, 'revision' | 'problem'>> {
    try {
      const { revision } = await readStackSource(stack, this.#options.sources, { signal });
      return { revision, problem: undefined };
    } catch (error) {
      if (error instanceof SourceError) {
        return {
          revision: undefined,
          problem: { reason: error.code, message: `${error.message}; ${error.hint}` },
        };
      }
      return { revision: undefined, problem: problemOf(error) };
    }
  }

  /** What names the plans that are wanted now, or what stands in the way. */
  async #wanted(
    stack: Stack,
    { revision, unsettled }: Look,
    client: Client,
  ): Promise<{ readonly fingerprints: ObservedStack['fingerprints']; readonly problem?: StackProblem }> {
    if (revision === undefined || unsettled !== undefined) return { fingerprints: undefined };
    try {
      requireDependencies(client, stack);
      const { digest: values } = await this.#options.work.values(stack);
      const of = (mode: 'apply' | 'destroy'): string => fingerprintOf(stack, { revision, mode, values });
      return { fingerprints: { apply: of('apply'), destroy: of('destroy') } };
    } catch (error) {
      return { fingerprints: undefined, problem: problemOf(error) };
    }
  }

  /** What is started waits for its turn. */
  #inTurn(step: StackStep, { metadata: { uid, namespace = '', name } }: Stack, client: Client): StackStep {
    if (step.action === 'start' || step.action === 'admit') {
      if (this.#turns.mayStart(uid, { namespace, name }, client)) return step;
      return { action: 'wait', forMs: queuedMs, isQueued: step.action === 'admit' || step.mode !== 'drift' };
    }
    this.#turns.leave(uid);
    return step;
  }

  async #carryOut(
    step: StackStep,
    { requests, ...found }: StackFindings & Pick<StackStatus, 'requests'>,
    client: Client,
  ): Promise<void> {
    const { stack } = found;
    const isQueued = step.action === 'wait' && step.isQueued === true;
    const findings = isQueued ? { ...found, problem: queuedProblem } : found;
    if (step.action === 'cancel') {
      const { namespace = '', name } = step.run.metadata;
      await client.patch(runs, { namespace, name }, { spec: { cancel: true } });
    }
    const started =
      step.action === 'start'
        ? await this.#start(stack, step, { revision: findings.revision ?? '', client })
        : {};
    const run = started.run === undefined ? findings.run : runOf(client, stack, started.run);
    const turn = step.action === 'admit' ? { turn: step.run.metadata.name } : {};
    const turnRun = step.action === 'admit' ? step.run : findings.turnRun;
    const begun = started.driftRun === undefined ? run : runOf(client, stack, started.driftRun);
    if (step.action === 'start' || step.action === 'admit') {
      this.#turns.leave(stack.metadata.uid);
      const working = step.action === 'admit' ? step.run : begun;
      if (working) this.#turns.saw(working);
    }
    // What was ready is not, as soon as something is to be done.
    const isAsked = Object.keys(requests ?? {}).length > 0;
    await writeStatus(client, stack, {
      ...stackStatusOf({ ...findings, run, turnRun }),
      ...(isAsked ? { requests } : {}),
      ...started,
      ...turn,
    });
  }

  /** Starts a run; one that was started for the same before a crash is found by its name. */
  async #start(
    stack: Stack,
    { mode, fingerprint, attempt, ask = false, asked }: Extract<StackStep, { action: 'start' }>,
    { revision, client }: { readonly revision: string; readonly client: Client },
  ): Promise<Partial<StackStatus>> {
    const { namespace = '', name, uid } = stack.metadata;
    const { requestedBy } = stack.spec;
    const id = createHash('sha256')
      .update(JSON.stringify([uid, mode, fingerprint, attempt, ...(asked === undefined ? [] : [asked])]))
      .digest('hex');
    const run = `${name}-${id.slice(0, 10)}`;
    // A look for drift is of what was applied; what it plans is the same but for its mode.
    const configuration = uploadedStack(stack)?.status?.configuration?.name;
    const job = {
      ...(ask ? { ask } : {}),
      ...(configuration === undefined ? {} : { configuration }),
      stack: name,
      mode,
      revision,
      fingerprint: mode === 'drift' ? await this.#driftPrint(stack, revision) : fingerprint,
    };
    const proposed = stack.metadata.annotations?.[proposeAnnotation];
    const started =
      mode === 'drift'
        ? { driftRun: run }
        : { run, fingerprint, attempt, ...(proposed === undefined ? {} : { proposed }) };
    if (client.get(runs, { namespace, name: run })) return started;
    try {
      await this.#options.runs.enqueue({
        definition: stackRunDefinition.name,
        name: run,
        namespace,
        input: job,
        labels: { [stackLabel]: name },
        owner: { apiVersion: stack.apiVersion, kind: stack.kind, name, uid, controller: true },
        ...(requestedBy
          ? { requestedBy: { username: requestedBy.username, groups: requestedBy.groups ?? [] } }
          : {}),
      });
    } catch (error) {
      // Another process was faster.
      if (!isConflict(error)) throw error;
    }
    return started;
  }

  async #driftPrint(stack: Stack, revision: string): Promise<string> {
    const { digest: values } = await this.#options.work.values(stack);
    return fingerprintOf(stack, { revision, mode: 'drift', values });
  }

  async #release(stack: Stack, client: Client): Promise<void> {
    const { namespace = '', name, uid, finalizers = [] } = stack.metadata;
    for (const { uid: run } of stack.status?.history ?? []) await this.#options.work.forget(run);
    this.#looks.delete(uid);
    const left = finalizers.filter((one) => one !== stackFinalizer);
    if (left.length === finalizers.length) return;
    await client.patch(stacks, { namespace, name }, { metadata: { uid, finalizers: left } });
  }
}

function askedOf({ metadata: { annotations = {} } }: Stack): string {
  return JSON.stringify([annotations[replanAnnotation], annotations[proposeAnnotation]]);
}

/** Writes what is news: runs write the status, too, and may tell of another plan or configuration by now. */
async function writeStatus(client: Client, stack: Stack, told: StackStatus): Promise<void> {
  const before: Record<string, unknown> = stack.status ?? {};
  const news = Object.entries(told).filter(([field, value]) => !equalJson(value, before[field]));
  if (news.length === 0) return;
  const { namespace = '', name, uid } = stack.metadata;
  const status = Object.fromEntries(news);
  await client.patch(stacks, { namespace, name }, { metadata: { uid }, status }, 'status');
}

/** What was last uploaded and applied is the source. */
function uploadedLook({ metadata, status }: Stack): Pick<Look, 'revision' | 'problem'> {
  const revision = status?.configuration?.revision;
  if (revision !== undefined) return { revision, problem: undefined };
  const { namespace = '', name } = metadata;
  const message =
    'nothing has been applied yet: run terraform apply in a directory with a cloud block of the organization ' +
    `${namespace} and the workspace ${name}`;
  return { revision, problem: problemOf(new StackError('WaitingForUpload', message)) };
}

/** The runs that people started and that are not over, the oldest first; not those that only plan. */
function remoteRunsOf(client: Client, stack: Stack): Run[] {
  if (!uploadedStack(stack)) return [];
  const { namespace = '', name } = stack.metadata;
  return client
    .list(runs, { namespace, labelSelector: `${stackLabel}=${name}` })
    .filter(isRun)
    .filter((run) => isTurnTaking(run) && !isFinished(run) && isOf(run, stack))
    .sort((a, b) => (requestedAt(a) < requestedAt(b) ? -1 : 1));
}

function requestedAt({ metadata: { creationTimestamp, name } }: Run): string {
  return `${creationTimestamp} ${name}`;
}

/** @throws what is no refusal */
function problemOf(error: unknown): StackProblem {
  if (!(error instanceof StackError)) throw error;
  return { reason: error.code, message: error.message };
}

function runOf(client: Client, stack: Stack, name: string | undefined): Run | undefined {
  const { metadata } = stack;
  const found =
    name === undefined ? undefined : client.get(runs, { namespace: metadata.namespace ?? '', name });
  return found && isRun(found) && isOf(found, stack) ? found : undefined;
}

function isOf(run: Run, { metadata }: Stack): boolean {
  return run.metadata.ownerReferences?.some(({ uid }) => uid === metadata.uid) === true;
}
