import {
  type CompiledCheck,
  compileChecks,
  type Evaluation,
  evaluateInSteps,
  type Finding,
  type JudgedPlan,
  judged,
  planCostMax,
  type Severity,
  severities,
  type Waiver,
} from '@plinth/plan-policy';
import type { Plan } from '@plinth/terraform-plan';
import { policyFindingsMax } from '../limits.ts';
import { checksOf } from './checks-of-spec.ts';
import { defaultEnforcement, type PlanPolicy } from './plan-policy-kind.ts';
import type { PlanWaiver } from './plan-waiver-kind.ts';

/** What a plan is judged by. */
export interface PolicyVersion {
  /** A digest, in hexadecimal: another one whenever a policy or a waiver that counts is another one. */
  readonly version: string;
  /** When the next waiver ends, in milliseconds since 1970: there is another version then. Undefined: never by itself. */
  readonly validUntilMs: number | undefined;
}

/** The policies and waivers that count for a plan. Plain data, so that another thread can be given it. */
export interface InForce extends PolicyVersion {
  readonly policies: readonly PlanPolicy[];
  readonly waivers: readonly PlanWaiver[];
}

/** A finding, and what it does. */
export interface PolicyFinding extends Finding {
  readonly policy: string;
  readonly effect: 'deny' | 'warn' | 'waived';
}

/** What all policies say of a plan. */
export interface PolicyJudgement {
  readonly version: string;
  readonly validUntilMs: number | undefined;
  readonly verdict: 'allowed' | 'denied';
  /** What denies first, then what warns, then what was taken back; the worst first. At most `policyFindingsMax`. */
  readonly findings: readonly PolicyFinding[];
  /** Findings beyond those. */
  readonly findingsLeftOut: number;
  /** All findings by what they do, also those that were left out. */
  readonly counts: Readonly<Record<PolicyFinding['effect'], number>>;
  /** Names of the policies that were asked. */
  readonly policies: readonly string[];
}

/** The checks of a policy, ready to be asked. */
export interface Compiled {
  readonly checks: readonly CompiledCheck[];
  /** Why there are none; empty when they compile. */
  readonly problem: string;
}

/**
 * Judges a plan, with pauses for others.
 * @param plan with its secrets; there are none in the findings
 * @param checksFor the checks of a policy; compiled anew unless told
 */
export async function judgePlan(
  { version, validUntilMs, policies, waivers }: InForce,
  plan: Plan,
  { nowMs, checksFor = compiledChecks }: JudgeOptions,
): Promise<PolicyJudgement> {
  const subjectPlan = judged(plan);
  const tally = new Tally();
  let left = planCostMax;
  for (const policy of policies) {
    const { checks, problem } = checksFor(policy);
    if (problem !== '') tally.addProblem(policy, problem);
    const own = waivers.filter(({ spec }) => (spec.policy ?? policy.metadata.name) === policy.metadata.name);
    const evaluation = await evaluated(checks, subjectPlan, {
      nowMs,
      costMax: left,
      waivers: own.map(waiverOf),
    });
    left = Math.max(0, left - evaluation.cost);
    tally.add(policy, evaluation);
  }
  return {
    version,
    validUntilMs,
    policies: policies.map(({ metadata }) => metadata.name),
    ...tally.judgement(),
  };
}

/** When a plan is judged, and with what. */
export interface JudgeOptions {
  /** Milliseconds since 1970. */
  readonly nowMs: number;
  readonly checksFor?: (policy: PlanPolicy) => Compiled;
}

/** Compiles the checks of a policy. */
export function compiledChecks({ spec }: PlanPolicy): Compiled {
  const compilation = compileChecks(checksOf(spec));
  if (compilation.ok) return { checks: compilation.checks, problem: '' };
  const problems = compilation.faults.map(({ field, message }) => `spec.checks${field}: ${message}`);
  return { checks: [], problem: problems.join('; ') };
}

/** Evaluates checks, and lets others have their turn in between. */
async function evaluated(
  checks: readonly CompiledCheck[],
  plan: JudgedPlan,
  options: { readonly nowMs: number; readonly costMax: number; readonly waivers: readonly Waiver[] },
): Promise<Evaluation> {
  const steps = evaluateInSteps(checks, plan, options);
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** What policies have said so far. */
class Tally {
  readonly #findings: PolicyFinding[] = [];
  readonly #counts = { deny: 0, warn: 0, waived: 0 };
  #leftOut = 0;

  add({ metadata, spec }: PlanPolicy, evaluation: Evaluation): void {
    const effects = { ...defaultEnforcement, ...spec.enforcement };
    const effectOf = (severity: Severity, verdict: Finding['verdict']): 'deny' | 'warn' =>
      verdict === 'unknown' && spec.unknown !== 'deny' ? 'warn' : effects[severity];
    for (const severity of severities) {
      const { fail, unknown, error } = evaluation.counts[severity];
      this.#counts[effectOf(severity, 'fail')] += fail + error;
      this.#counts[effectOf(severity, 'unknown')] += unknown;
    }
    this.#counts.waived += evaluation.waived;
    this.#leftOut += evaluation.findingsLeftOut;
    for (const finding of evaluation.findings) {
      const effect = finding.waiver === undefined ? effectOf(finding.severity, finding.verdict) : 'waived';
      this.#findings.push({ ...finding, policy: metadata.name, effect });
    }
  }

  /** A policy that was right when it was written and is not any more denies: nobody knows what it would say. */
  addProblem({ metadata }: PlanPolicy, problem: string): void {
    this.#counts.deny++;
    this.#findings.push({
      policy: metadata.name,
      effect: 'deny',
      check: '',
      title: 'Policies compile.',
      severity: 'critical',
      remedy: `Correct the PlanPolicy ${metadata.name}, or delete it.`,
      verdict: 'error',
      address: '',
      message: problem.slice(0, 500),
      unknown: [],
      waiver: undefined,
    });
  }

  judgement(): Omit<PolicyJudgement, 'version' | 'validUntilMs' | 'policies'> {
    const rank = ({ effect, severity }: PolicyFinding): number =>
      ['deny', 'warn', 'waived'].indexOf(effect) * severities.length + severities.indexOf(severity);
    const sorted = this.#findings.toSorted((a, b) => rank(a) - rank(b));
    const findings = sorted.slice(0, policyFindingsMax);
    return {
      verdict: this.#counts.deny > 0 ? 'denied' : 'allowed',
      findings,
      findingsLeftOut: this.#leftOut + sorted.length - findings.length,
      counts: this.#counts,
    };
  }
}

function waiverOf(one: PlanWaiver): Waiver {
  const { check, address } = one.spec;
  return { name: one.metadata.name, check, address, expiresAtMs: endOf(one) };
}

/** When a waiver ends, in milliseconds since 1970. */
export function endOf({ spec }: PlanWaiver): number {
  return Date.parse(spec.expiresAt);
}
