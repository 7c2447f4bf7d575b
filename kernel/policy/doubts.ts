import type { KubeObject } from '../model/object.ts';
import { groupVersion, type ResourceType } from '../model/resource-type.ts';
import type { AdmissionBinding } from './binding-kind.ts';
import { policyEngine } from './load-engine.ts';
import type { ResourceRule } from './match-schema.ts';
import { type AdmissionPolicy, isAdmissionPolicy } from './policy-kind.ts';
import { ruleFits } from './resource-match.ts';

/** Warnings about expressions that whoever writes a policy is given; the status has all of them. */
const expressionsShownMax = 5;

/** What a binding may name. */
export interface BindingSurroundings {
  /** What is served at the moment. */
  readonly types: readonly ResourceType[];
  policy(name: string): KubeObject | undefined;
  /** Whether there is an object; `namespace` is empty for cluster-scoped kinds. */
  has(type: ResourceType, namespace: string, name: string): boolean;
}

/** The kind that holds the parameters of a policy, where it is served. */
function paramType(
  { spec: { paramKind } }: AdmissionPolicy,
  types: readonly ResourceType[],
): ResourceType | undefined {
  if (!paramKind) return undefined;
  return types.find(
    ({ group, kind, versions }) =>
      kind === paramKind.kind &&
      versions.some(({ name }) => groupVersion(group, name) === paramKind.apiVersion),
  );
}

/** What stands in the way of a policy: kinds that it names and nobody serves. */
export function policyObstacles(policy: AdmissionPolicy, types: readonly ResourceType[]): string[] {
  const { paramKind, matchConstraints, failurePolicy } = policy.spec;
  const obstacles: string[] = [];
  if (paramKind && !paramType(policy, types)) {
    const effect = failurePolicy === 'Ignore' ? 'the policy does nothing' : 'what it matches is refused';
    obstacles.push(
      `spec.paramKind: no kind ${paramKind.kind} of ${paramKind.apiVersion} is served; until it is, ${effect}`,
    );
  }
  (matchConstraints?.resourceRules ?? []).forEach((rule, i) => {
    if (types.some((type) => canFit(rule, type))) return;
    obstacles.push(
      `spec.matchConstraints.resourceRules[${i}]: no resource that is served fits it; check apiGroups, apiVersions, ` +
        'resources and scope',
    );
  });
  return obstacles;
}

/** What a policy will not do as its author may expect. */
export function policyDoubts(policy: AdmissionPolicy, types: readonly ResourceType[]): string[] {
  const warnings = policyEngine().expressionWarnings(policy, types).slice(0, expressionsShownMax);
  return [
    ...policyObstacles(policy, types),
    ...warnings.map(({ fieldRef, warning }) => `${fieldRef}: ${warning.replaceAll('\n', ' ')}`),
  ];
}

/** What a binding will not do as its author may expect. */
export function bindingDoubts(binding: AdmissionBinding, surroundings: BindingSurroundings): string[] {
  const { policyName = '' } = binding.spec;
  const policy = surroundings.policy(policyName);
  if (!policy || !isAdmissionPolicy(policy)) {
    return [
      `spec.policyName: there is no ValidatingAdmissionPolicy ${JSON.stringify(policyName)}; until there is, the ` +
        'binding does nothing',
    ];
  }
  return paramDoubts(binding, policy, surroundings);
}

/** What is wrong with the parameters that a binding gives to its policy. */
export function paramDoubts(
  { spec: { paramRef } }: AdmissionBinding,
  policy: AdmissionPolicy,
  { types, has }: Pick<BindingSurroundings, 'types' | 'has'>,
): string[] {
  const { paramKind, failurePolicy } = policy.spec;
  if (!paramKind) {
    return paramRef ? ['spec.paramRef: the policy takes no parameters, so it has no effect'] : [];
  }
  if (!paramRef) return ['spec.paramRef: the policy takes parameters; without them it is given null'];
  const type = paramType(policy, types);
  if (!type) return [`spec.paramRef: no kind ${paramKind.kind} of ${paramKind.apiVersion} is served`];
  const { name = '', namespace = '', parameterNotFoundAction } = paramRef;
  if (!type.namespaced && namespace !== '') {
    return [`spec.paramRef.namespace: a ${paramKind.kind} lies in no namespace`];
  }
  // Without a namespace the parameters lie beside each object that is judged, and may be there or not.
  if (name === '' || (type.namespaced && namespace === '')) return [];
  if (has(type, namespace, name)) return [];
  const isRefused = parameterNotFoundAction === 'Deny' && failurePolicy !== 'Ignore';
  const effect = isRefused ? 'what the policy matches is refused' : 'the binding does nothing';
  const place = namespace === '' ? '' : ` in namespace ${namespace}`;
  return [
    `spec.paramRef: there is no ${paramKind.kind} ${JSON.stringify(name)}${place}; until there is, ${effect}`,
  ];
}

function canFit(rule: ResourceRule, type: ResourceType): boolean {
  const { group, resource, namespaced } = type;
  const versions = type.versions.map(({ name }) => name);
  const parts = (rule.resources ?? []).map((pattern) => pattern.split('/')[1] ?? '');
  const subresources = parts.map((part) => (part === '*' ? 'status' : part));
  return versions.some((version) =>
    subresources.some((subresource) =>
      ruleFits(
        { ...rule, operations: ['*'] },
        { group, version, resource, subresource, operation: 'CREATE', namespaced, versions },
      ),
    ),
  );
}
