import { createHash } from 'node:crypto';
import type { Client } from '@plinth/kernel';
import { labelSelectorFromObject, matchesLabels } from '@plinth/kube-selector';
import { matchesPattern } from '@plinth/plan-policy';
import type { Plan } from '@plinth/terraform-plan';
import { compiledPoliciesMax } from '../limits.ts';
import {
  type Compiled,
  compiledChecks,
  endOf,
  type InForce,
  judgePlan,
  type PolicyJudgement,
} from './plan-judgement.ts';
import { isPlanPolicy, type PlanPolicy, planPolicies } from './plan-policy-kind.ts';
import { isPlanWaiver, type PlanWaiver, planWaivers } from './plan-waiver-kind.ts';

type Labels = Readonly<Record<string, string>>;

/** Whose plan it is. */
export interface PolicySubject {
  readonly namespace: string;
  /** Labels of the stack. */
  readonly labels: Labels;
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

  /** Judges a plan by what counts for it, with the checks that were compiled before. */
  async judge(inForce: InForce, plan: Plan, nowMs: number): Promise<PolicyJudgement> {
    return await judgePlan(inForce, plan, { nowMs, checksFor: (policy) => this.#checksOf(policy) });
  }

  /** What counts for a plan of a stack. */
  inForce({ namespace, labels }: PolicySubject, nowMs: number): InForce {
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
    known.compiled ??= compiledChecks(policy);
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

function digestOf(spec: object): string {
  return createHash('sha256').update(JSON.stringify(spec)).digest('hex');
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

function byName(a: PlanPolicy | PlanWaiver, b: PlanPolicy | PlanWaiver): number {
  return a.metadata.name < b.metadata.name ? -1 : 1;
}
