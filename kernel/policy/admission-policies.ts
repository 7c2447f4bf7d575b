import { type Denial, PolicyDenial } from '../api/policy-denial.ts';
import type { Registry } from '../api/registry.ts';
import type { ConsultedPolicy, Judgement, ReviewedWrite, Verdict, WriteReview } from '../api/write-review.ts';
import type { Authorizer } from '../auth/port.ts';
import type { KubeObject } from '../model/object.ts';
import { groupVersion } from '../model/resource-type.ts';
import { isSecretKind } from '../plan/object-state.ts';
import type { Clock } from '../ports/clock.ts';
import type { Store } from '../store/port.ts';
import { admissionRequest, namespaceObject, namespaceOf, operationOf } from './admission-request.ts';
import { authorizerValues } from './cel-authorizer.ts';
import { Evaluation, type Inputs, nothingFound, type Outcome } from './evaluation.ts';
import { ConfigurationError, PolicyReader } from './parameters.ts';
import { policyGroup } from './policy-ids.ts';
import type { Candidate, FollowedPolicies, LoadedBinding, LoadedPolicy } from './policy-index.ts';
import type { SelectedLabels } from './resource-match.ts';

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
/** Spec: Kubernetes audit annotation of a validation failure. */
const failureAnnotation = 'validation.policy.admission.k8s.io/validation_failure';

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
    return new Review(write, this.#options, this.#reader).run(candidates);
  }
}

/** The judging of one write. */
class Review {
  readonly #write: ReviewedWrite;
  readonly #options: AdmissionPoliciesOptions;
  readonly #reader: PolicyReader;
  readonly #name: string;
  readonly #namespace: string;
  readonly #labels: SelectedLabels;
  /** Everything that expressions read, with the objects in one version and without parameters. */
  readonly #inputs = new Map<string, Inputs>();
  readonly #denials: Denial[] = [];
  readonly #verdicts: Verdict[] = [];
  readonly #annotations = new Map<string, string>();
  readonly #consulted: ConsultedPolicy[] = [];

  constructor(write: ReviewedWrite, options: AdmissionPoliciesOptions, reader: PolicyReader) {
    this.#write = write;
    this.#options = options;
    this.#reader = reader;
    const { object, old, request } = write;
    this.#name = old?.metadata.name ?? object?.metadata.name ?? request.name;
    this.#namespace = namespaceOf(write, this.#name);
    this.#labels = {
      namespace: () => this.#namespaceLabels(),
      objects: [object, old].flatMap((one) => (one ? [one.metadata.labels ?? {}] : [])),
    };
  }

  async run(candidates: readonly Candidate[]): Promise<Judgement> {
    for (const candidate of candidates) await this.#judge(candidate);
    const judgement: Judgement = {
      verdicts: this.#verdicts,
      annotations: Object.fromEntries(this.#annotations),
      consulted: this.#consulted,
    };
    const { request } = this.#write;
    request.judged?.(judgement);
    if (!request.judged) {
      for (const { action, policy, binding, message } of this.#verdicts) {
        if (action === 'Warn') request.warn(warningText(policy, binding, message));
      }
    }
    const [denial] = this.#denials;
    if (denial) throw new PolicyDenial(denial, request.served, this.#name, judgement.annotations);
    return judgement;
  }

  async #judge({ policy, rules, bindings }: Candidate): Promise<void> {
    const version = rules.versionFor(this.#name);
    if (version === undefined || !policy.match.selects(this.#labels)) return;
    let kind: ReturnType<PolicyReader['paramKind']>;
    try {
      kind = this.#reader.paramKind(policy.object);
    } catch (error) {
      this.#misconfigured(error, policy, undefined);
      return;
    }
    const notes = new Map<string, string[]>();
    for (const { binding, rules: own } of bindings) {
      if (own && own.versionFor(this.#name) === undefined) continue;
      if (binding.match?.selects(this.#labels) === false) continue;
      let params: readonly (KubeObject | undefined)[];
      try {
        params = this.#reader.params(kind, binding.object, this.#namespace);
      } catch (error) {
        this.#misconfigured(error, policy, binding);
        continue;
      }
      // Only plans want to know, and it takes longer than many a policy.
      if (this.#write.request.judged) this.#consult(policy, binding, params);
      for (const one of params) {
        const outcome = await this.#evaluate(policy, version, one);
        if (outcome !== nothingFound) this.#settle(policy, binding, outcome, notes);
      }
    }
    for (const [key, values] of notes) this.#annotations.set(`${policy.name}/${key}`, values.join(', '));
  }

  async #evaluate(policy: LoadedPolicy, version: string, params: KubeObject | undefined): Promise<Outcome> {
    const base = this.#inputsIn(version);
    const inputs = params ? { ...base, params } : base;
    const { username } = this.#write.request.user;
    const { program, slowFor } = policy;
    const { clock } = this.#options;
    return await new Evaluation({ program, fails: fails(policy), username, clock, slowFor }, inputs).run();
  }

  /** Turns what came of a policy into what its binding makes of it. */
  #settle(
    policy: LoadedPolicy,
    binding: LoadedBinding,
    outcome: Outcome,
    notes: Map<string, string[]>,
  ): void {
    const { validationActions = [] } = binding.object.spec;
    const by = { policy: policy.name, binding: binding.object.metadata.name };
    for (const { index, message, reason } of outcome.denials) {
      for (const action of validationActions) {
        if (action !== 'Deny' && action !== 'Warn' && action !== 'Audit') continue;
        this.#verdicts.push({ ...by, action, message });
        if (action === 'Deny') this.#denials.push({ ...by, message, reason });
        if (action === 'Audit') {
          const failure = [{ message, ...by, expressionIndex: index, validationActions }];
          this.#annotations.set(failureAnnotation, JSON.stringify(failure));
        }
      }
    }
    for (const message of outcome.annotationFailures) this.#deny({ ...by, message, reason: '' });
    for (const { key, value } of outcome.annotations) {
      const values = notes.get(key) ?? [];
      if (!values.includes(value)) notes.set(key, [...values, value]);
    }
  }

  #misconfigured(error: unknown, policy: LoadedPolicy, binding: LoadedBinding | undefined): void {
    if (!(error instanceof ConfigurationError)) throw error;
    if (!fails(policy)) return;
    const what = binding ? 'binding' : 'policy';
    this.#deny({
      policy: policy.name,
      binding: binding?.object.metadata.name ?? '',
      message: `failed to configure ${what}: ${error.message}`,
      reason: '',
    });
  }

  #deny(denial: Denial): void {
    const { policy, binding, message } = denial;
    this.#verdicts.push({ policy, binding, action: 'Deny', message });
    this.#denials.push(denial);
  }

  #consult(
    { name, object }: LoadedPolicy,
    binding: LoadedBinding,
    params: readonly (KubeObject | undefined)[],
  ): void {
    const { metadata, spec } = binding.object;
    this.#consulted.push({
      policy: name,
      binding: metadata.name,
      parts: [object.spec, spec, ...params],
      basis: () => [object.spec, spec, params.map((one) => (one ? withoutBooks(one) : null))],
    });
  }

  #inputsIn(version: string): Inputs {
    const known = this.#inputs.get(version);
    if (known) return known;
    const { authorizer } = this.#options;
    const { request, object, old, kind } = this.#write;
    const { type } = request.served;
    const shown = (one: KubeObject | undefined): KubeObject | null => {
      if (!one || kind || version === request.served.version.name) return one ?? null;
      return { ...one, apiVersion: groupVersion(type.group, version) };
    };
    const isNamespace = type.group === '' && type.resource === 'namespaces';
    const namespace =
      isNamespace || this.#namespace === '' ? undefined : this.#reader.namespace(this.#namespace);
    const made: Inputs = {
      object: shown(object),
      oldObject: shown(old),
      request: admissionRequest(this.#write, this.#name, version),
      namespaceObject: namespaceObject(namespace),
      params: null,
      ...authorizerValues(authorizer, request, this.#namespace, this.#name),
    };
    this.#inputs.set(version, made);
    return made;
  }

  #namespaceLabels(): Record<string, string> | undefined {
    const { object, old, request } = this.#write;
    const { type } = request.served;
    if (type.group === '' && type.resource === 'namespaces') return (object ?? old)?.metadata.labels ?? {};
    if (this.#namespace === '') return undefined;
    return this.#reader.namespace(this.#namespace)?.metadata.labels ?? {};
  }
}

function fails({ object }: LoadedPolicy): boolean {
  return object.spec.failurePolicy !== 'Ignore';
}

function warningText(policy: string, binding: string, message: string): string {
  return `Validation failed for ValidatingAdmissionPolicy '${policy}' with binding '${binding}': ${message}`;
}

/** An object without what changes when nothing that anybody wrote does; of a secret only which state it is. */
function withoutBooks(object: KubeObject): object {
  const { managedFields: _managed, resourceVersion, generation: _generation, ...metadata } = object.metadata;
  if (isSecretKind(object.apiVersion, object.kind)) return { uid: metadata.uid, resourceVersion };
  const { status: _status, ...rest } = object;
  return { ...rest, metadata };
}
