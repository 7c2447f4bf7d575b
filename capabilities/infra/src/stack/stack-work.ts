import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type CapabilityContext,
  durationMs,
  isFinished,
  isObject,
  isRun,
  RunError,
  runs,
  SourceError,
  type SourceSnapshot,
  type StepContext,
} from '@plinth/kernel';
import type { PlanPolicies } from '../policy/plan-policies.ts';
import type { States } from '../state/states.ts';
import type { BundlePlace, Bundles } from './bundles.ts';
import type { Configurations } from './configurations.ts';
import { LeftStates } from './left-states.ts';
import type { PlanFacts } from './plan-analysis.ts';
import { type CostFinding, costOf } from './plan-cost.ts';
import { studyPlanAside } from './plan-thread.ts';
import { requireDependencies } from './stack-dependencies.ts';
import { StackError } from './stack-error.ts';
import { isStack, type Stack, stacks, stateOf } from './stack-fields.ts';
import { fingerprintOf, logOf, type StackJob, type StackRunIdentity, userOf } from './stack-job.ts';
import { type PlanVerdict, subjectOf, verdictOf } from './stack-judge.ts';
import { outputsOf, type StateFacts, stateFacts } from './stack-outputs.ts';
import { readStackSource, requireConfiguration, type StackSources } from './stack-source.ts';
import { resolveValues, type StackValues } from './stack-values.ts';
import type { StateDoor } from './state-door.ts';
import { applyLog, type ProgramSettings, type TerraformProgram } from './terraform-program.ts';
import { WorkingDirectory, workingDirectoriesIn } from './working-directory.ts';

/** A plan that was made, without what is secret of it. */
export interface MadePlan {
  readonly facts: PlanFacts;
  /** What policies said of it. */
  readonly policy: PlanVerdict;
  /** Where the plan lies that the program takes. */
  readonly plan: BundlePlace;
  /** Where the plan lies that people see. */
  readonly view: BundlePlace;
  /** Serial of the state that it was made from; -1 where there was none. */
  readonly stateSerial: number;
}

/** What an apply came to. */
export interface Applied extends StateFacts {
  readonly isInterrupted: boolean;
  /** What is to be known about an apply that did not end; empty otherwise. */
  readonly message: string;
}

/** What the work of stacks stands on. */
export interface StackWorkOptions
  extends Pick<CapabilityContext, 'client' | 'keys' | 'audit' | 'random' | 'clock' | 'programs'> {
  readonly states: States;
  readonly bundles: Bundles;
  readonly door: StateDoor;
  readonly program: TerraformProgram;
  readonly policies: PlanPolicies;
  readonly sources: StackSources;
  readonly configurations: Configurations;
  /** Where working directories are. */
  readonly directory: string;
}

/** Carries out the steps of the runs of stacks. */
export class StackWork {
  readonly #options: StackWorkOptions;
  readonly #left: LeftStates;

  constructor(options: StackWorkOptions) {
    this.#options = options;
    this.#left = new LeftStates(options);
  }

  /** The stack of a run. @throws RunError `StackGone` */
  stackOf({ namespace }: StackRunIdentity, { stack: name }: Pick<StackJob, 'stack'>): Stack {
    const stack = this.#options.client.get(stacks, { namespace, name });
    if (isStack(stack)) return stack;
    throw new RunError('StackGone', `there is no Stack ${namespace}/${name} any more`);
  }

  /** Names what the plan of a run depends on whose turn has come. @throws RunError as a StackError says */
  async bind(run: StackRunIdentity, job: Omit<StackJob, 'fingerprint'>): Promise<string> {
    const stack = this.stackOf(run, job);
    const { mode, revision, configuration } = job;
    try {
      requireDependencies(this.#options.client, stack);
      const { digest: values } = await this.values(stack);
      if (configuration !== undefined) {
        const { namespace } = run;
        await this.#options.configurations.tell({ namespace, name: configuration }, { runUid: run.uid });
      }
      return fingerprintOf(stack, { revision, mode, values });
    } catch (error) {
      if (!(error instanceof StackError)) throw error;
      throw new RunError(error.code, error.message, { cause: error });
    }
  }

  /** Reads the source once, and keeps it for the run. @throws RunError `SourceMoved`, `SourceFailed` */
  async readSource(run: StackRunIdentity, job: StackJob, { signal }: StepContext): Promise<BundlePlace> {
    const stack = this.stackOf(run, job);
    const { revision } = job;
    try {
      const found = await this.#sourceOf(stack, job, signal);
      if (found.revision !== revision) {
        throw new RunError('SourceMoved', `the source has changed since: it has ${found.revision} by now`);
      }
      return await this.#options.bundles.keepFiles(logOf(run, 'source'), found.files);
    } catch (error) {
      if (!(error instanceof SourceError || error instanceof StackError)) throw error;
      throw new RunError('SourceFailed', error.message, { cause: error });
    }
  }

  async #sourceOf(
    stack: Stack,
    { revision, mode, configuration }: StackJob,
    signal: AbortSignal,
  ): Promise<SourceSnapshot> {
    const { sources, configurations } = this.#options;
    if (configuration === undefined) return await readStackSource(stack, sources, { signal, revision });
    const { namespace = '' } = stack.metadata;
    const found = configurations.find({ namespace, name: configuration });
    if (!found)
      throw new RunError('SourceFailed', `there is no ConfigurationVersion ${configuration} any more`);
    const snapshot = { revision: found.spec.revision, files: await configurations.files(found) };
    // What is destroyed needs no configuration.
    if (mode !== 'destroy') requireConfiguration(snapshot, stack.spec.workingDirectory);
    return snapshot;
  }

  /** Makes the working directory, and has providers and modules installed. @throws RunError */
  async init(run: StackRunIdentity, job: StackJob, source: BundlePlace, step: StepContext): Promise<void> {
    await this.#withProgram({ run, job, mayWrite: false }, async (settings, values) => {
      await this.#prepare(run, { source, values }, step, settings);
    });
  }

  /** Plans. @throws RunError `PlanFailed`, `Superseded`; Error when the state moved meanwhile, so that it is tried again */
  async plan(
    run: StackRunIdentity,
    job: StackJob,
    source: BundlePlace,
    step: StepContext,
  ): Promise<MadePlan> {
    const { bundles, keys, states, program, policies, clock } = this.#options;
    return await this.#withProgram({ run, job, mayWrite: false }, async (settings, values, stack) => {
      await this.#prepare(run, { source, values }, step, settings);
      const { directory } = settings;
      const serial = (): number => states.get(stateOf(stack))?.status?.serial ?? -1;
      const before = serial();
      // An earlier attempt may have been killed with the lock in its hands; nothing of it works any more.
      await this.#left.release(run, stateOf(stack));
      await program.plan(step, settings, { mode: job.mode, remote: job.remote });
      const stateSerial = serial();
      if (stateSerial !== before)
        throw new Error(`the state moved from serial ${before} to ${stateSerial} meanwhile`);
      const shown = await program.show(step, settings);
      const context = {
        key: keys.key('plan'),
        secrets: values.secrets,
        secretVariables: values.secretVariables,
        variableNames: [...Object.keys(values.variables), ...Object.keys(values.secretVariables)],
      };
      const nowMs = clock.now();
      const inForce = policies.inForce(subjectOf(stack), nowMs);
      const { analysis, judgement } = await studyPlanAside(
        shown,
        { context, inForce, nowMs },
        async (...asked) => await policies.judge(...asked),
      );
      const { facts, redacted, problems } = analysis;
      if (problems.length > 0) throw new RunError('PlanFailed', problems.join('; '));
      if (facts.outcome === 'errored') throw new RunError('PlanFailed', `planning failed: ${facts.headline}`);
      const plan = await bundles.keepFiles(logOf(run, 'plan'), await directory.planFiles());
      const view = await bundles.keep(logOf(run, 'view'), Buffer.from(redacted));
      return { facts, policy: verdictOf(judgement), plan, view, stateSerial };
    });
  }

  /** Has the cost of a plan told. @throws RunError `Superseded` */
  async cost(
    run: StackRunIdentity,
    job: StackJob,
    made: MadePlan,
    { signal }: StepContext,
  ): Promise<CostFinding> {
    const stack = this.stackOf(run, job);
    const { cost, workingDirectory } = stack.spec;
    if (!cost) return { problem: 'spec.cost has gone since the run was started' };
    const { environment, secrets } = await this.#valuesFor(stack, job);
    const directory = this.#directoryOf(run, workingDirectory);
    return await costOf(this.#options.programs, {
      command: cost.command,
      directory: await directory.putShownPlan(await this.view(run.uid, made.view)),
      environment: { ...this.#options.program.inherited(), HOME: directory.home, ...environment },
      secrets,
      timeoutMs: msOf(cost.timeout),
      signal,
    });
  }

  /** Applies exactly the plan that was made. @throws RunError `StalePlan`, `ApplyFailed` */
  async apply(
    run: StackRunIdentity,
    job: StackJob,
    { source, made }: { readonly source: BundlePlace; readonly made: MadePlan },
    step: StepContext,
  ): Promise<Applied> {
    const { states, bundles, program, policies, clock } = this.#options;
    return await this.#withProgram({ run, job, mayWrite: true }, async (settings, values, stack) => {
      const state = stateOf(stack);
      const serial = states.get(state)?.status?.serial ?? -1;
      if (serial !== made.stateSerial) {
        const since = `the state has serial ${serial} by now, and the plan was made from ${made.stateSerial}`;
        throw new RunError('StalePlan', `${since}: a new plan is needed`);
      }
      if (policies.inForce(subjectOf(stack), clock.now()).version !== made.policy.version) {
        throw new RunError(
          'StalePlan',
          'policies have changed since the plan was made: a new plan is needed',
        );
      }
      await this.adopt(run, job);
      await this.#prepare(run, { source, values }, step, settings);
      await settings.directory.putPlanFiles(await bundles.files(logOf(run, 'plan'), made.plan));
      try {
        await program.apply(step, settings);
      } catch (error) {
        await this.#left.take(run, state, settings.directory);
        throw error;
      }
      return { isInterrupted: false, message: '', ...(await stateFacts(this.#options.states, state)) };
    });
  }

  /** Makes what somebody applies, or finds to be applied, what counts of the stack. */
  async adopt({ name: run, namespace }: StackRunIdentity, job: StackJob): Promise<void> {
    const { stack: name, mode, revision, fingerprint, configuration, remote } = job;
    if (!remote || configuration === undefined || mode === 'refresh') return;
    const status = { configuration: { name: configuration, revision, mode }, run, fingerprint, attempt: 1 };
    await this.#options.client.patch(stacks, { namespace, name }, { status }, 'status');
  }

  /**
   * Clears up after an apply that nobody saw the end of: takes the state that it left, and its lock. It is never done again: what
   * is left to do is for the next plan.
   */
  async recoverApply(run: StackRunIdentity, job: StackJob, step: StepContext): Promise<Applied> {
    // It may have gone on by itself, and is let come to its end.
    await step.settle(applyLog);
    const state = stateOf(this.stackOf(run, job));
    const directory = this.#directoryOf(run, '.');
    const start = this.#directoryOf(run, this.stackOf(run, job).spec.workingDirectory);
    const message = await this.#left.take(run, state, start);
    await this.#left.release(run, state);
    await directory.remove();
    return { isInterrupted: true, message, ...(await stateFacts(this.#options.states, state)) };
  }

  /** Names the policies and waivers that a plan would be judged by now. */
  policyVersion(stack: Stack): string {
    return this.#options.policies.inForce(subjectOf(stack), this.#options.clock.now()).version;
  }

  /** What the state has now. */
  async factsOf(run: StackRunIdentity, job: StackJob): Promise<StateFacts> {
    return await stateFacts(this.#options.states, stateOf(this.stackOf(run, job)));
  }

  /** Removes what a run works with, and what it kept for later steps; what people see of its plan stays. */
  async clean(run: StackRunIdentity): Promise<void> {
    await this.#directoryOf(run, '.').remove();
    await this.#options.bundles.remove(logOf(run, 'source'));
    await this.#options.bundles.remove(logOf(run, 'plan'));
  }

  /** Removes the working directory alone: while a run waits for people, nothing of it is plain on the disk. */
  async leave(run: StackRunIdentity): Promise<void> {
    await this.#directoryOf(run, '.').remove();
  }

  /** Removes all that is kept of runs. */
  async forget(uid: string): Promise<void> {
    for (const what of ['source', 'plan', 'view', 'left'] as const)
      await this.#options.bundles.remove(logOf({ uid }, what));
  }

  /** Gives back the lock that a run which has ended still holds: its program was killed. */
  async releaseLock(run: StackRunIdentity, stack: Stack): Promise<void> {
    await this.#left.release(run, stateOf(stack));
  }

  /** Removes the working directories of runs that have ended; for the start, when an end may have been cut short. */
  async sweep(): Promise<void> {
    const { directory, client } = this.#options;
    const open = new Set(
      client
        .list(runs)
        .filter(isRun)
        .filter((run) => !isFinished(run))
        .map(({ metadata }) => metadata.uid),
    );
    for (const uid of await workingDirectoriesIn(directory)) {
      if (!open.has(uid)) await new WorkingDirectory(join(directory, uid), '.').remove();
    }
  }

  /** The values of a stack as they are now. @throws StackError */
  async values(stack: Stack): Promise<StackValues> {
    const { client, keys, states } = this.#options;
    return await resolveValues(stack, {
      client,
      key: keys.key('values'),
      outputsOf: async (name) => await outputsOf(client, states, name),
    });
  }

  /** The plan of a run as JSON, without secrets. @throws RangeError when it is not kept any more */
  async view(uid: string, place: BundlePlace): Promise<Buffer> {
    return await this.#options.bundles.bytes(logOf({ uid }, 'view'), place);
  }

  async #withProgram<Result>(
    {
      run,
      job,
      mayWrite,
    }: { readonly run: StackRunIdentity; readonly job: StackJob; readonly mayWrite: boolean },
    use: (settings: ProgramSettings, values: StackValues, stack: Stack) => Promise<Result>,
  ): Promise<Result> {
    const stack = this.stackOf(run, job);
    const { program, workingDirectory, variableFiles: named = [] } = stack.spec;
    const values = await this.#valuesFor(stack, job);
    const door = await this.#options.door.open({ state: stateOf(stack), user: userOf(run), mayWrite });
    try {
      const directory = this.#directoryOf(run, workingDirectory);
      const environment = { ...values.environment, ...door.environment };
      const secrets = [...values.secrets, door.secret];
      const variableFiles = [...named, directory.variablesFile];
      return await use({ program, directory, variableFiles, environment, secrets }, values, stack);
    } finally {
      door.close();
    }
  }

  /** @throws RunError `Superseded` when the stack has become another one since the run was started */
  async #valuesFor(stack: Stack, { fingerprint, revision, mode }: StackJob): Promise<StackValues> {
    try {
      const values = await this.values(stack);
      if (fingerprintOf(stack, { revision, mode, values: values.digest }) === fingerprint) return values;
    } catch (error) {
      if (error instanceof StackError) throw new RunError('Superseded', error.message, { cause: error });
      throw error;
    }
    throw new RunError(
      'Superseded',
      'the stack, or what its variables come from, has changed since the run was started',
    );
  }

  async #prepare(
    run: StackRunIdentity,
    { source, values }: { readonly source: BundlePlace; readonly values: StackValues },
    step: StepContext,
    settings: ProgramSettings,
  ): Promise<void> {
    const { directory } = settings;
    if (await directory.isReady()) return;
    const { bundles, program } = this.#options;
    await mkdir(this.#options.directory, { recursive: true, mode: 0o700 });
    await directory.fill(await bundles.files(logOf(run, 'source'), source));
    await directory.putVariables(values.variables);
    await program.init(step, settings);
    await requireInside(directory);
    await directory.markReady();
  }

  #directoryOf({ uid }: StackRunIdentity, below: string): WorkingDirectory {
    return new WorkingDirectory(join(this.#options.directory, uid), below);
  }
}

/** Milliseconds of a duration that the schema has checked. */
export function msOf(duration: string): number {
  return durationMs(duration) ?? 0;
}

/** Modules of the source stay inside of it. @throws RunError naming the module */
async function requireInside(directory: WorkingDirectory): Promise<void> {
  const text = await directory.modules();
  const listed: unknown = text ? JSON.parse(text.toString()) : undefined;
  const modules: unknown = isObject(listed) ? listed['Modules'] : undefined;
  for (const one of Array.isArray(modules) ? modules : []) {
    if (!isObject(one) || typeof one['Dir'] !== 'string' || directory.holds(one['Dir'])) continue;
    throw new RunError(
      'InitFailed',
      `module ${String(one['Key'])} reaches outside of the source, to ${one['Dir']}: take a directory further up as the source, and ` +
        'name this one in spec.workingDirectory',
    );
  }
}
