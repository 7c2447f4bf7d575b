import type { Registry } from '../api/registry.ts';
import type { Judgement, ReviewedWrite, WriteReview } from '../api/write-review.ts';
import type { Authorizer } from '../auth/port.ts';
import type { Clock } from '../ports/clock.ts';
import type { Store } from '../store/port.ts';
import { operationOf } from './admission-request.ts';
import { policyEngine } from './load-engine.ts';
import { PolicyReader } from './parameters.ts';
import { policyGroup } from './policy-ids.ts';
import type { FollowedPolicies } from './policy-index.ts';
import { policyTurns } from './turns.ts';

/** What policies are judged with. */
export interface AdmissionPoliciesOptions {
  readonly policies: FollowedPolicies;
  /** Where namespaces and parameters are read. */
  readonly store: Store;
  readonly tenant: string;
  readonly registry: Registry;
  readonly authorizer: Authorizer;
  readonly clock: Clock;
}

/** Questions about identities and rights, which are answered and not stored. */
const questionGroups = new Set(['authentication.k8s.io', 'authorization.k8s.io']);

/**
 * Judges writes by the ValidatingAdmissionPolicies of a tenant. Policies and bindings themselves are never judged, or a
 * wrong one could not be put right; nor are questions about identities and rights.
 */
export class AdmissionPolicies implements WriteReview {
  readonly #options: AdmissionPoliciesOptions;
  readonly #reader: PolicyReader;

  constructor(options: AdmissionPoliciesOptions) {
    this.#options = options;
    this.#reader = new PolicyReader(options.store, options.tenant, options.registry);
  }

  review(write: ReviewedWrite): Promise<Judgement> | undefined {
    const { request } = write;
    const { type, version } = request.served;
    if (type.group === policyGroup || questionGroups.has(type.group)) return undefined;
    const { index } = this.#options.policies;
    if (index.isEmpty) return undefined;
    const candidates = index.candidates(type, {
      group: type.group,
      version: version.name,
      resource: type.resource,
      subresource: request.subresource,
      operation: operationOf(write),
      namespaced: type.namespaced,
      versions: type.versions.map(({ name }) => name),
    });
    if (candidates.length === 0) return undefined;
    const review = new (policyEngine().Review)(write, this.#options, this.#reader);
    return policyTurns.run(review.run(candidates), this.#options.clock);
  }
}
