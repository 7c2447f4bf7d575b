import { createHash } from 'node:crypto';
import type { Client } from '@plinth/kernel';
import { labelSelectorFromObject, matchesLabels } from '@plinth/kube-selector';
import {
  type CompiledCheck,
  compileChecks,
  type Evaluation,
  evaluateInSteps,
  type Finding,
  type JudgedPlan,
  judged,
  matchesPattern,
  planCostMax,
  type Severity,
  severities,
  type Waiver,
} from '@plinth/plan-policy';
import type { Plan } from '@plinth/terraform-plan';
import { compiledPoliciesMax, policyFindingsMax } from '../limits.ts';
import { checksOf } from './checks-of-spec.ts';
import { defaultEnforcement, isPlanPolicy, type PlanPolicy, planPolicies } from './plan-policy-kind.ts';
import { isPlanWaiver, type PlanWaiver, planWaivers } from './plan-waiver-kind.ts';

type Labels = Readonly<Record<string, string>>;

/** Whose plan it is. */
export interface PolicySubject {
  readonly namespace: string;
  /** Labels of the stack. */
  readonly labels: Labels;
}

/** What a plan is judged by. */
export interface PolicyVersion {
  /** A digest, in hexadecimal: another one whenever a policy or a waiver that counts is another one. */
  readonly version: string;
  /** When the next waiver ends, in milliseconds since 1970: there is another version then. Undefined: never by itself. */
  readonly validUntilMs: number | undefined;
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

interface InForce extends PolicyVersion {
  readonly policies: readonly PlanPolicy[];
  readonly waivers: readonly PlanWaiver[];
}

interface Compiled {
  readonly checks: readonly CompiledCheck[];
  /** Why there are none; empty when they compile. */
  readonly problem: string;
}

/** What is worked out of a policy once. */
interface Known {
  readonly resourceVersion: string;
  /** Of what it asks: metadata change more often. */
  readonly digest: string;
  compiled: Compiled | undefined;
}

/** The policies and waivers of a virtual cluster, asked about plans. It keeps nothing but digests and compiled checks. */
export class PlanPolicies {
  readonly #client: Client;
  /** By uid of the policy. */
  readonly #known = new Map<string, Known>();

  constructor(client: Client) {
    this.#client = client;
  }

  /** What a plan of this stack would be judged by now. */
  version(namespace: string, labels: Labels, nowMs: number): PolicyVersion {
    const { version, validUntilMs } = this.#inForce({ namespace, labels }, nowMs);
    return { version, validUntilMs };
  }

  /**
   * Judges a plan, with pauses for others.
   * @param plan with its secrets; there are none in the findings
   */
  async evaluate(subject: PolicySubject, plan: Plan, nowMs: number): Promise<PolicyJudgement> {
    const { version, validUntilMs, policies, waivers } = this.#inForce(subject, nowMs);
    const subjectPlan = judged(plan);
    const tally = new Tally();
    let left = planCostMax;
    for (const policy of policies) {
      const { checks, problem } = this.#checksOf(policy);
      if (problem !== '') tally.addProblem(policy, problem);
      const own = waivers.filter(
        ({ spec }) => (spec.policy ?? policy.metadata.name) === policy.metadata.name,
      );
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

  #inForce({ namespace, labels }: PolicySubject, nowMs: number): InForce {
    const namespaceLabels = (): Labels =>
      this.#client.get({ group: '', resource: 'namespaces' }, { name: namespace })?.metadata.labels ?? {};
    const policies = this.#client
      .list(planPolicies)
      .filter(isPlanPolicy)
      .filter((one) => isMeant(one, namespace, labels, namespaceLabels))
      .sort(byName);
    const waivers = this.#client
      .list(planWaivers, { namespace })
      .filter(isPlanWaiver)
      .filter((one) => endOf(one) > nowMs)
      .sort(byName);
    const digest = createHash('sha256').update(
      JSON.stringify([
        ...policies.map((one) => ['policy', one.metadata.name, one.metadata.uid, this.#knownOf(one).digest]),
        ...waivers.map(({ metadata, spec }) => ['waiver', metadata.name, metadata.uid, digestOf(spec)]),
      ]),
    );
    const ends = waivers.map(endOf);
    return {
      policies,
      waivers,
      version: digest.digest('hex'),
      validUntilMs: ends.length === 0 ? undefined : Math.min(...ends),
    };
  }

  #checksOf(policy: PlanPolicy): Compiled {
    const known = this.#knownOf(policy);
    known.compiled ??= compiledOf(policy);
    return known.compiled;
  }

  #knownOf({ metadata: { uid, resourceVersion }, spec }: PlanPolicy): Known {
    const known = this.#known.get(uid);
    if (known?.resourceVersion === resourceVersion) return known;
    const digest = digestOf(spec);
    const next = { resourceVersion, digest, compiled: known?.digest === digest ? known.compiled : undefined };
    if (this.#known.size >= compiledPoliciesMax) this.#known.clear();
    this.#known.set(uid, next);
    return next;
  }
}

function compiledOf({ spec }: PlanPolicy): Compiled {
  const compilation = compileChecks(checksOf(spec));
  if (compilation.ok) return { checks: compilation.checks, problem: '' };
  const problems = compilation.faults.map(({ field, message }) => `spec.checks${field}: ${message}`);
  return { checks: [], problem: problems.join('; ') };
}

function digestOf(spec: object): string {
  return createHash('sha256').update(JSON.stringify(spec)).digest('hex');
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

function isMeant(
  { spec }: PlanPolicy,
  namespace: string,
  labels: Labels,
  namespaceLabels: () => Labels,
): boolean {
  const { namespaces, namespaceSelector, selector } = spec.match ?? {};
  if (namespaces && !namespaces.some((pattern) => matchesPattern(pattern, namespace))) return false;
  return selects(selector, () => labels) && selects(namespaceSelector, namespaceLabels);
}

type Selector = NonNullable<PlanPolicy['spec']['match']>['selector'];

/** A selector that cannot be read means everything: it protects rather than opens. Validation lets none in. */
function selects(selector: Selector, labels: () => Labels): boolean {
  if (selector === undefined) return true;
  const parsed = labelSelectorFromObject(selector);
  return !parsed.ok || matchesLabels(parsed.value, labels());
}

function waiverOf(one: PlanWaiver): Waiver {
  const { check, address } = one.spec;
  return { name: one.metadata.name, check, address, expiresAtMs: endOf(one) };
}

function endOf({ spec }: PlanWaiver): number {
  return Date.parse(spec.expiresAt);
}

function byName(a: PlanPolicy | PlanWaiver, b: PlanPolicy | PlanWaiver): number {
  return a.metadata.name < b.metadata.name ? -1 : 1;
}
