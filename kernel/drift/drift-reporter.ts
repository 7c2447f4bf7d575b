import { draft } from '../control/draft.ts';
import type { EventRecorder } from '../control/events.ts';
import { isAlreadyThere, isConflict, settleGone } from '../control/plan-apply.ts';
import type { Client, ObjectName } from '../model/client.ts';
import { equalJson } from '../model/json.ts';
import type { ObjectMeta } from '../model/object.ts';
import { StatusError } from '../model/status-error.ts';
import type { Clock } from '../ports/clock.ts';
import type { CorrectionLimits } from './correction-limit.ts';
import { type Comparison, compareStates, isReadableIn } from './differences.ts';
import {
  type Drift,
  type DriftDifference,
  type DriftSpec,
  type DriftStatus,
  type DriftTarget,
  drifts,
  driftVersion,
  isDrift,
  targetText,
} from './drift-kind.ts';
import { driftName } from './drift-name.ts';
import {
  driftOf,
  failureText,
  nameOf,
  ownerReference,
  type Referable,
  statusPatch,
  targetOf,
  uidOf,
} from './drift-object.ts';
import { conditionOf, withDoing } from './drift-status.ts';
import { attemptsMax, correctionsPerMinute, correctionsPerTarget, correctionWindowMs } from './limits.ts';
import { type DriftNews, type DriftStep, type KnownDrift, planDrift, type SeenDrift } from './plan-drift.ts';
import { isRefusal, type Proposal, planPhaseOf, propose, withdraw } from './proposals.ts';
import { ReporterBudget } from './reporter-budget.ts';

/** Which drift is meant. */
export interface DriftSubject {
  readonly target: DriftTarget;
  /**
   * The object that declares how the target should be; the Drift goes with it. Absent: the target declares itself, as a
   * resource does that stands for something outside.
   */
  readonly declaredBy?: Referable;
}

/** What is done about drift, with what that takes. */
export type DriftRemedy =
  | { readonly policy: 'report' }
  /** `correct` puts the target right; it is called at most as often as the limits allow. */
  | { readonly policy: 'correct'; readonly correct: () => Promise<unknown> }
  | ({ readonly policy: 'propose' } & Proposal);

/** What a controller has found: the states of a target (or their differences), and what is to be done about drift. */
export type DriftReport = DriftSubject & Comparison & DriftRemedy;

/** What became of a report. */
export interface DriftOutcome {
  readonly state: 'AsDeclared' | 'Reported' | 'Corrected' | 'HeldBack' | 'Proposed';
  /** The Drift object; absent when there is none. */
  readonly drift?: ObjectName;
  /** What differed when it was reported; empty when the target is missing. */
  readonly differences: readonly DriftDifference[];
  readonly isMissing: boolean;
  /** What was done about it, for people. */
  readonly message?: string;
  /** The controller should look again after so many milliseconds: then a correction may happen. */
  readonly requeueAfterMs?: number;
}

export interface DriftReporterOptions {
  readonly client: Client;
  readonly clock: Clock;
  readonly recorder: EventRecorder;
  /** Who reports, such as `workspace`; part of what a Drift is found by. */
  readonly name: string;
  readonly limits?: Partial<CorrectionLimits>;
}

/** A correction that threw; told apart from a failure of the books. */
class CorrectionFailure extends Error {
  constructor(cause: unknown) {
    super('a correction failed', { cause });
  }
}

/**
 * Through this a controller reports that its targets are, or are not, as declared. It keeps a Drift object for each
 * target that is not, has it corrected or proposes a Plan, and holds back corrections beyond the limits.
 *
 * Level-triggered: a controller reports whatever it finds whenever it looks. The same report again writes nothing. An
 * attempt to correct is written down before it is made, so that it counts whatever becomes of the process.
 */
export class DriftReporter {
  readonly #options: DriftReporterOptions;
  readonly #limits: CorrectionLimits;
  readonly #budget: ReporterBudget;

  constructor(options: DriftReporterOptions) {
    this.#options = options;
    this.#limits = {
      perTarget: correctionsPerTarget,
      windowMs: correctionWindowMs,
      perMinute: correctionsPerMinute,
      ...options.limits,
    };
    this.#budget = new ReporterBudget(options.client, options.name);
  }

  /**
   * Takes in what a controller has found about one target, and does what its policy says.
   * @throws what `correct` throws, after it was recorded; StatusError when the Drift cannot be written
   */
  async report(report: DriftReport): Promise<DriftOutcome> {
    const compared = compareStates(this.#options.client, report, this.#isReadable(report));
    const { differences, isMissing, omitted, isDrifted } = compared;
    const seen: SeenDrift = {
      name: this.#nameOf(report),
      target: report.target,
      policy: report.policy,
      differences,
      isMissing,
      omitted,
      isDrifted,
      ...(report.policy === 'propose' ? { state: compared.state() } : {}),
    };
    const found = { differences, isMissing };
    if (!isDrifted && !this.#find(report)) return { state: 'AsDeclared', ...found };
    const did = await this.#settle(report, seen);
    // What was done is told of the target as it is now: the next step follows from that.
    if (did === 'correct') {
      await this.#settle(report, {
        ...seen,
        isDrifted: false,
        isMissing: false,
        differences: [],
        omitted: 0,
      });
    }
    if (did === 'propose' && this.#known(this.#find(report))?.planPhase) await this.#settle(report, seen);
    return { ...this.#outcome(report, seen, did), ...found };
  }

  /** Reports that a target is as declared. Costs two reads when there was no drift. */
  async asDeclared(subject: DriftSubject): Promise<void> {
    if (this.#find(subject)) await this.report({ ...subject, policy: 'report', differences: [] });
  }

  /** Forgets the drift of a target that nobody declares any more: its Drift and its open Plan are deleted. */
  async forget(subject: DriftSubject): Promise<void> {
    const drift = this.#find(subject);
    if (!drift) return;
    const { client } = this.#options;
    this.#budget.setWaiting(drift.metadata.name, false);
    if (drift.status?.plan) await withdraw(client, drift.status.plan.name);
    await settleGone(() => client.delete(drifts, nameOf(drift), { uid: drift.metadata.uid }));
  }

  /** Plans and carries out, again when the Drift has moved meanwhile. Returns the step that changed more than books. */
  async #settle(report: DriftReport, seen: SeenDrift): Promise<'correct' | 'propose' | 'wait' | undefined> {
    for (let attempt = 1; ; attempt++) {
      const drift = this.#find(report);
      const nowMs = this.#options.clock.now();
      const recent = this.#budget.recent(nowMs);
      const rules = { limits: this.#limits, recent, ahead: this.#budget.ahead(seen.name) };
      const steps = planDrift(this.#known(drift), seen, nowMs, rules);
      const corrects = steps.some(({ action }) => action === 'correct');
      const giveBack = corrects ? this.#budget.take(nowMs) : undefined;
      try {
        await this.#carryOut(steps, report, drift);
        const last = steps.at(-1)?.action;
        this.#budget.setWaiting(seen.name, last === 'wait');
        return last === 'correct' || last === 'propose' || last === 'wait' ? last : undefined;
      } catch (error) {
        if (error instanceof CorrectionFailure) throw error.cause;
        if (!isConflict(error) && !isAlreadyThere(error)) throw error;
        giveBack?.();
        if (attempt >= attemptsMax) throw error;
      }
    }
  }

  #known(drift: Drift | undefined): KnownDrift | undefined {
    if (!drift) return undefined;
    const { status = {}, spec } = drift;
    return { policy: spec.policy, status, planPhase: planPhaseOf(this.#options.client, status.plan?.name) };
  }

  async #carryOut(steps: readonly DriftStep[], report: DriftReport, known: Drift | undefined): Promise<void> {
    let drift = known;
    for (const step of steps) {
      if (step.action === 'declare') drift = await this.#declare(report, drift);
      else if (step.action === 'tell') this.#tell(report, step.news);
      else if (step.action === 'withdraw') await withdraw(this.#options.client, step.plan);
      else if (step.action === 'wait' || !drift) continue;
      else if (step.action === 'record') drift = await this.#record(drift, step.status);
      else if (step.action === 'correct') await this.#correct(report, drift);
      else await this.#propose(report, drift, step.plan);
    }
  }

  async #declare(report: DriftReport, drift: Drift | undefined): Promise<Drift> {
    const { client } = this.#options;
    const { target, policy } = report;
    const limit = {
      corrections: this.#limits.perTarget,
      windowSeconds: Math.ceil(this.#limits.windowMs / 1_000),
    };
    if (drift) {
      const { uid, resourceVersion } = drift.metadata;
      const patch = { metadata: { uid, resourceVersion }, spec: { policy, limit } };
      return driftOf(await client.patch(drifts, nameOf(drift), patch));
    }
    const namespace = this.#home(target);
    const owner = ownerReference(report, namespace);
    const metadata = {
      name: this.#nameOf(report),
      namespace,
      ...(owner ? { ownerReferences: [owner] } : {}),
    };
    const spec: DriftSpec = {
      target,
      ...(report.declaredBy ? { declaredBy: targetOf(report.declaredBy) } : {}),
      reporter: this.#options.name,
      policy,
      limit,
    };
    return driftOf(await client.create(drifts, draft(driftVersion, 'Drift', metadata, { spec })));
  }

  async #record(drift: Drift, status: DriftStatus): Promise<Drift> {
    const { uid, resourceVersion } = drift.metadata;
    const patch = { metadata: { uid, resourceVersion }, status: statusPatch(drift.status, status) };
    return driftOf(await this.#options.client.patch(drifts, nameOf(drift), patch, 'status'));
  }

  async #correct(report: DriftReport, drift: Drift): Promise<void> {
    if (report.policy !== 'correct') return;
    try {
      await report.correct();
    } catch (error) {
      const why = failureText(error, report.target, this.#isReadable(report));
      const message = `${targetText(report.target)} could not be put right: ${why}`;
      this.#tell(report, { type: 'Warning', reason: 'DriftCorrectionFailed', message });
      try {
        await this.#recordFailure(drift, 'Corrected', 'CorrectionFailed', why);
      } catch (telling) {
        // What keeps a target from being put right (a full disk) often keeps it from being told, too.
        if (!(telling instanceof StatusError)) throw telling;
      }
      throw new CorrectionFailure(error);
    }
  }

  async #propose(report: DriftReport, drift: Drift, plan: string): Promise<void> {
    if (report.policy !== 'propose') return;
    try {
      await propose(this.#options.client, drift, plan, report);
    } catch (error) {
      if (!isRefusal(error)) throw error;
      const why = `No Plan could be made: ${failureText(error, report.target, this.#isReadable(report))}`;
      await this.#recordFailure(drift, 'Proposed', 'PlanRefused', why);
    }
  }

  async #recordFailure(
    drift: Drift,
    type: 'Corrected' | 'Proposed',
    reason: string,
    why: string,
  ): Promise<void> {
    const before = drift.status ?? {};
    const doing = { [type]: { status: 'False', reason, message: why } } as const;
    const status = withDoing(before, doing, this.#options.clock.now());
    if (!equalJson(status, before)) await this.#record(drift, status);
  }

  #outcome(
    report: DriftReport,
    seen: SeenDrift,
    did: 'correct' | 'propose' | 'wait' | undefined,
  ): Pick<DriftOutcome, 'state' | 'drift' | 'message' | 'requeueAfterMs'> {
    const drift = this.#find(report);
    if (!drift) return { state: did === 'correct' ? 'Corrected' : 'AsDeclared' };
    const about = { drift: nameOf(drift) };
    if (!seen.isDrifted) return { state: 'AsDeclared', ...about };
    const done = conditionOf(drift.status, 'Corrected') ?? conditionOf(drift.status, 'Proposed');
    const message = done ? { message: done.message } : {};
    if (did === 'correct') return { state: 'Corrected', ...about, ...message };
    if (did === 'wait') {
      const nextMs = Date.parse(drift.status?.nextCorrection ?? '');
      const requeueAfterMs = Math.max(0, nextMs - this.#options.clock.now());
      return { state: 'HeldBack', ...about, ...message, requeueAfterMs };
    }
    const isProposed = conditionOf(drift.status, 'Proposed')?.status === 'True';
    return { state: isProposed ? 'Proposed' : 'Reported', ...about, ...message };
  }

  /** Tells it on the target; while that is not there, on what declares it: there people look for it. */
  #tell({ target, declaredBy, observed }: DriftReport, { type, reason, message }: DriftNews): void {
    const { client, recorder } = this.#options;
    const { apiVersion, kind, name, namespace } = target;
    const place = namespace === undefined ? { name } : { name, namespace };
    const served = client.resourceFor(apiVersion, kind);
    const uid = uidOf(observed) ?? uidOf(served && client.get(served, place));
    const metadata: ObjectMeta = { ...place, uid: uid ?? '', resourceVersion: '', creationTimestamp: '' };
    const object = uid === undefined && declaredBy ? declaredBy : { apiVersion, kind, metadata };
    recorder.record({ object, type, reason, message });
  }

  #nameOf({ target, declaredBy }: DriftSubject): string {
    const declarerUid = declaredBy ? { declarerUid: declaredBy.metadata.uid } : {};
    return driftName({ reporter: this.#options.name, target, ...declarerUid });
  }

  /** The Drift of a target: in the target's namespace, or in `default` when that was not there. */
  #find(subject: DriftSubject): Drift | undefined {
    const name = this.#nameOf(subject);
    const { namespace = 'default' } = subject.target;
    for (const home of new Set([namespace, 'default'])) {
      const found = this.#options.client.get(drifts, { namespace: home, name });
      if (found && isDrift(found) && found.metadata.deletionTimestamp === undefined) return found;
    }
    return undefined;
  }

  #isReadable(subject: DriftSubject): boolean {
    const home = this.#find(subject)?.metadata.namespace ?? this.#home(subject.target);
    return isReadableIn(home, subject.target);
  }

  #home({ namespace }: DriftTarget): string {
    if (namespace === undefined) return 'default';
    const home = this.#options.client.get({ group: '', resource: 'namespaces' }, { name: namespace });
    return home && home.metadata.deletionTimestamp === undefined ? namespace : 'default';
  }
}
