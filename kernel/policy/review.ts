import { type Denial, PolicyDenial } from '../api/policy-denial.ts';
import type { ServedResource } from '../api/registry.ts';
import type { ConsultedPolicy, Judgement, ReviewedWrite, Verdict } from '../api/write-review.ts';
import type { KubeObject } from '../model/object.ts';
import { groupVersion } from '../model/resource-type.ts';
import { isSecretKind } from '../plan/object-state.ts';
import type { AdmissionPoliciesOptions } from './admission-policies.ts';
import { admissionRequest, namespaceObject, namespaceOf } from './admission-request.ts';
import { authorizerValues } from './cel-authorizer.ts';
import { Evaluation, type Inputs, type Outcome } from './evaluation.ts';
import { ConfigurationError, type PolicyReader, withoutParams } from './parameters.ts';
import type { BoundCandidate, Candidate, Fitting, LoadedBinding, LoadedPolicy } from './policy-index.ts';
import type { SelectedLabels } from './resource-match.ts';
import type { Pausing } from './turns.ts';

/** Spec: Kubernetes audit annotation of a validation failure. */
const failureAnnotation = 'validation.policy.admission.k8s.io/validation_failure';

/** The judging of one write. */
export class Review {
  readonly #write: ReviewedWrite;
  readonly #options: AdmissionPoliciesOptions;
  readonly #reader: PolicyReader;
  readonly #name: string;
  readonly #namespace: string;
  readonly #labels: SelectedLabels;
  /** By the version that objects are shown in. */
  readonly #evaluations = new Map<string, Evaluation>();
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

  *run(candidates: readonly Candidate[]): Pausing<Judgement> {
    for (const candidate of candidates) {
      const { policy, bindings } = candidate;
      const version = this.#versionFor(candidate);
      const kind = version === undefined ? undefined : this.#paramKind(policy);
      if (version === undefined || kind === 'misconfigured') continue;
      let notes: Map<string, string[]> | undefined;
      for (const bound of bindings) {
        for (const params of this.#params(policy, kind, bound)) {
          const evaluation = this.#evaluation(policy, version);
          evaluation.start(policy, params ?? null);
          while (!evaluation.advance()) yield evaluation.pause();
          const { outcome } = evaluation;
          if (outcome) this.#settle(policy, bound.binding, outcome, (notes ??= new Map<string, string[]>()));
        }
      }
      if (!notes) continue;
      for (const [key, values] of notes) this.#annotations.set(`${policy.name}/${key}`, values.join(', '));
    }
    return this.#judgement();
  }

  #judgement(): Judgement {
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

  /** The version that a policy or binding is shown the object in; undefined when it does not mean this write. */
  #versionFor({ rules, selectors }: Fitting): string | undefined {
    const version = rules.versionFor(this.#name);
    return version === undefined || selectors?.selects(this.#labels) === false ? undefined : version;
  }

  #paramKind(policy: LoadedPolicy): ServedResource | 'misconfigured' | undefined {
    if (!policy.hasParams) return undefined;
    try {
      return this.#reader.paramKind(policy.object);
    } catch (error) {
      this.#misconfigured(error, policy, undefined);
      return 'misconfigured';
    }
  }

  /** The parameters that a policy is to be worked out with for a binding; `undefined` among them is none. */
  #params(
    policy: LoadedPolicy,
    kind: ServedResource | undefined,
    { binding, match }: BoundCandidate,
  ): readonly (KubeObject | undefined)[] {
    if (match && this.#versionFor(match) === undefined) return [];
    let params: readonly (KubeObject | undefined)[] = withoutParams;
    try {
      if (kind) params = this.#reader.params(kind, binding.object, this.#namespace);
    } catch (error) {
      this.#misconfigured(error, policy, binding);
      return [];
    }
    // Only plans want to know, and it takes longer than many a policy.
    if (this.#write.request.judged) this.#consult(policy, binding, params);
    return params;
  }

  #evaluation(policy: LoadedPolicy, version: string): Evaluation {
    const known = this.#evaluations.get(version);
    if (known) return known;
    const { user } = this.#write.request;
    const made = new Evaluation(policy, this.#inputsIn(version), user.username, this.#options.clock);
    this.#evaluations.set(version, made);
    return made;
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
    if (!policy.fails) return;
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
    return {
      object: shown(object),
      oldObject: shown(old),
      request: admissionRequest(this.#write, this.#name, version),
      namespaceObject: namespaceObject(namespace),
      params: null,
      variables: null,
      ...authorizerValues(authorizer, request, this.#namespace, this.#name),
    };
  }

  #namespaceLabels(): Record<string, string> | undefined {
    const { object, old, request } = this.#write;
    const { type } = request.served;
    if (type.group === '' && type.resource === 'namespaces') return (object ?? old)?.metadata.labels ?? {};
    if (this.#namespace === '') return undefined;
    return this.#reader.namespace(this.#namespace)?.metadata.labels ?? {};
  }
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
