import { isObject, listAt, memberOf, numberAt, textAt } from '../api/json.ts';

/** A Stack as the API tells it: what commands need of it. Texts that are not there are empty. */
export interface ShownStack {
  readonly namespace: string;
  readonly name: string;
  readonly isDeleted: boolean;
  readonly isSuspended: boolean;
  /** `Always`, `Destructive` or `Never`. */
  readonly asks: string;
  /** The TerraformState that it works on. */
  readonly state: string;
  readonly revision: string;
  readonly ready: ShownCondition;
  readonly drifted: ShownCondition;
  /** The run that works on it, or did last; and the one that looks for drift. */
  readonly run: string;
  readonly driftRun: string;
  /** When drift is looked for, as a cron expression. */
  readonly driftSchedule: string;
  /** The newest plan. */
  readonly plan: ShownPlan | undefined;
  readonly serial: number | undefined;
  /** The run that was last applied, or found nothing to do. */
  readonly appliedRun: string;
  readonly drift: ShownDrift | undefined;
  /** Runs that have ended and are told of, the newest first. */
  readonly ended: readonly string[];
  /** What annotations asked for when that was last taken up. */
  readonly requests: unknown;
}

/** A condition; its texts are empty while nobody has told it. */
export interface ShownCondition {
  readonly status: string;
  readonly reason: string;
  readonly message: string;
}

/** The newest plan of a stack. */
export interface ShownPlan {
  readonly run: string;
  readonly at: string;
  readonly revision: string;
  readonly outcome: string;
  readonly headline: string;
  readonly digest: string;
  /** Undefined when there was no state. */
  readonly stateSerial: number | undefined;
  readonly destructive: readonly string[];
  readonly policy: {
    readonly version: string;
    readonly denied: number;
    readonly warned: number;
    readonly waived: number;
    readonly findings: readonly ShownFinding[];
  };
}

/** What a policy found in a plan. */
export interface ShownFinding {
  readonly effect: string;
  readonly severity: string;
  readonly policy: string;
  readonly check: string;
  readonly verdict: string;
  readonly address: string;
  readonly message: string;
  readonly remedy: string;
}

/** What was last found of drift. */
export interface ShownDrift {
  readonly checkedAt: string;
  readonly drifted: number;
  readonly addresses: readonly string[];
}

/** Reads a Stack. */
export function shownStack(body: unknown): ShownStack {
  const name = textAt(body, 'metadata', 'name');
  const plan = memberOf(body, 'status', 'plan');
  const drift = memberOf(body, 'status', 'drift');
  return {
    namespace: textAt(body, 'metadata', 'namespace'),
    name,
    isDeleted: textAt(body, 'metadata', 'deletionTimestamp') !== '',
    isSuspended: memberOf(body, 'spec', 'suspend') === true,
    asks: textAt(body, 'spec', 'approval', 'when'),
    state: textAt(body, 'spec', 'state') || name,
    revision: textAt(body, 'status', 'revision'),
    ready: condition(body, 'Ready'),
    drifted: condition(body, 'Drifted'),
    run: textAt(body, 'status', 'run'),
    driftRun: textAt(body, 'status', 'driftRun'),
    driftSchedule: textAt(body, 'spec', 'drift', 'schedule'),
    plan: isObject(plan) ? shownPlan(plan) : undefined,
    serial: numberAt(body, 'status', 'applied', 'serial'),
    appliedRun: textAt(body, 'status', 'applied', 'run'),
    drift: isObject(drift)
      ? {
          checkedAt: textAt(drift, 'checkedAt'),
          drifted: numberAt(drift, 'drifted') ?? 0,
          addresses: texts(listAt(drift, 'addresses')),
        }
      : undefined,
    ended: listAt(body, 'status', 'history').map((one) => textAt(one, 'run')),
    requests: memberOf(body, 'status', 'requests'),
  };
}

function shownPlan(plan: unknown): ShownPlan {
  const policy = memberOf(plan, 'policy');
  return {
    run: textAt(plan, 'run'),
    at: textAt(plan, 'at'),
    revision: textAt(plan, 'revision'),
    outcome: textAt(plan, 'outcome'),
    headline: textAt(plan, 'headline'),
    digest: textAt(plan, 'digest'),
    stateSerial: numberAt(plan, 'stateSerial'),
    destructive: texts(listAt(plan, 'destructive')),
    policy: {
      version: textAt(policy, 'version'),
      denied: numberAt(policy, 'denied') ?? 0,
      warned: numberAt(policy, 'warned') ?? 0,
      waived: numberAt(policy, 'waived') ?? 0,
      findings: listAt(policy, 'findings').map((one) => ({
        effect: textAt(one, 'effect'),
        severity: textAt(one, 'severity'),
        policy: textAt(one, 'policy'),
        check: textAt(one, 'check'),
        verdict: textAt(one, 'verdict'),
        address: textAt(one, 'address'),
        message: textAt(one, 'message'),
        remedy: textAt(one, 'remedy'),
      })),
    },
  };
}

function condition(body: unknown, type: string): ShownCondition {
  const found = listAt(body, 'status', 'conditions').find((one) => textAt(one, 'type') === type);
  return {
    status: textAt(found, 'status'),
    reason: textAt(found, 'reason'),
    message: textAt(found, 'message'),
  };
}

function texts(values: readonly unknown[]): string[] {
  return values.filter((one) => typeof one === 'string');
}
