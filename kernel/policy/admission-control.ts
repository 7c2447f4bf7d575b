import { keyOf } from '../api/keys.ts';
import type { Registry } from '../api/registry.ts';
import { parseStored } from '../api/versions.ts';
import type { WriteReview } from '../api/write-review.ts';
import type { Authorizer } from '../auth/port.ts';
import type { KindDefinition } from '../model/define-kind.ts';
import type { Clock } from '../ports/clock.ts';
import type { Store } from '../store/port.ts';
import { AdmissionPolicies } from './admission-policies.ts';
import { admissionBindingKind } from './binding-kind.ts';
import { bindingDoubts, policyDoubts } from './doubts.ts';
import { policyEngine } from './load-engine.ts';
import { admissionPolicies } from './policy-ids.ts';
import { FollowedPolicies } from './policy-index.ts';
import { admissionPolicyKind } from './policy-kind.ts';

/** What the policies of a tenant are read from and judged with. */
export interface AdmissionControlOptions {
  readonly store: Store;
  readonly tenant: string;
  readonly registry: Registry;
  readonly authorizer: Authorizer;
  readonly clock: Clock;
}

/** The admission policies of a tenant: their kinds, and what judges writes by them. */
export class AdmissionControl {
  readonly kinds: readonly KindDefinition[];
  readonly review: WriteReview;
  readonly #options: AdmissionControlOptions;
  readonly #policies: FollowedPolicies;

  constructor(options: AdmissionControlOptions) {
    const { store, tenant, registry } = options;
    this.#options = options;
    this.#policies = new FollowedPolicies(store, tenant);
    // So that the first write does not wait for it.
    if (!this.#policies.index.isEmpty) policyEngine();
    this.review = new AdmissionPolicies({ ...options, policies: this.#policies });
    this.kinds = [
      admissionPolicyKind((policy) => policyDoubts(policy, registry.all())),
      admissionBindingKind((binding) =>
        bindingDoubts(binding, {
          types: registry.all(),
          policy(name) {
            const stored = store.get(keyOf(tenant, admissionPolicies, '', name));
            return stored && parseStored(stored);
          },
          has: (type, namespace, name) => store.get(keyOf(tenant, type, namespace, name)) !== undefined,
        }),
      ),
    ];
  }

  /** Judges the writes of a rehearsal by what holds in it; a policy that is the same in both is compiled once. */
  inRehearsal(world: Pick<AdmissionControlOptions, 'store' | 'registry' | 'authorizer'>): {
    readonly review: WriteReview;
    close(): void;
  } {
    const { tenant } = this.#options;
    const policies = new FollowedPolicies(world.store, tenant, this.#policies.loader);
    return {
      review: new AdmissionPolicies({ ...this.#options, ...world, policies }),
      close: () => policies.close(),
    };
  }

  /** Stops following the store. */
  close(): void {
    this.#policies.close();
  }
}
