import { dns1123Label, dns1123Subdomain } from '@plinth/kube-selector';
import { opaque } from '../checking/cel-type.ts';
import type { CelLibrary } from '../checking/declaration.ts';
import { declared, define, method, opaqueOf } from '../checking/declared.ts';
import type { CallEstimator } from '../cost/cost-estimate.ts';
import { add, exactly, scale, traversalFactor } from '../cost/cost-estimate.ts';
import { sizeOfArgument, traversal } from '../cost/runtime-cost.ts';
import { CelEvaluationError } from '../problem.ts';
import { typeConstant } from '../standard/standard-library.ts';
import { codePointLength } from '../values/text.ts';
import {
  AuthorizerValue,
  authorizerTypes,
  DecisionValue,
  GroupCheckValue,
  PathCheckValue,
  ResourceCheckValue,
} from './authorizer-value.ts';

const { bool, string } = declared;
const authorizer = opaqueOf(authorizerTypes.authorizer, AuthorizerValue);
const pathCheck = opaqueOf(authorizerTypes.pathCheck, PathCheckValue);
const groupCheck = opaqueOf(authorizerTypes.groupCheck, GroupCheckValue);
const resourceCheck = opaqueOf(authorizerTypes.resourceCheck, ResourceCheckValue);
const decision = opaqueOf(authorizerTypes.decision, DecisionValue);

/** Two checks, and no third, fit into the limit of one evaluation. */
const checkCost = 350_000;
const checkCosts = { cost: () => checkCost, estimate: () => ({ cost: exactly(checkCost) }) };

/** A selector has a requirement for every two characters at most. Spec: apiserver pkg/cel/library/cost.go. */
const selectorEstimate: CallEstimator = (_, text) => {
  const size = sizeOfArgument(text);
  return { cost: add(exactly(10), scale(size, traversalFactor), scale(scale(size, 0.5), 50)) };
};
const selectorCosts = {
  cost: (_: ResourceCheckValue, text: string) => {
    const size = codePointLength(text);
    return 10 + traversal(size) + Math.ceil(size * 0.5) * 50;
  },
  estimate: selectorEstimate,
};

function notBlank(name: string, text: string): string {
  if (text.trim() === '') throw new CelEvaluationError(`${name} must not be empty`);
  return text;
}

function serviceAccount(from: AuthorizerValue, namespace: string, name: string): AuthorizerValue {
  if (dns1123Subdomain(name).length > 0) throw new CelEvaluationError('Invalid service account name');
  if (dns1123Label(namespace).length > 0) throw new CelEvaluationError('Invalid service account namespace');
  return new AuthorizerValue(from.port, { namespace, name });
}

/** Narrows a check by one attribute. */
function narrow(name: 'subresource' | 'namespace' | 'name') {
  return define(
    name,
    method(`resourcecheck_${name}`, [resourceCheck, string], resourceCheck, (check, value) =>
      check.with({ [name]: value }),
    ),
  );
}

function select(name: 'fieldSelector' | 'labelSelector') {
  return define(
    name,
    method(
      `authorizer_${name.toLowerCase()}`,
      [resourceCheck, string],
      resourceCheck,
      (check, value) => check.with({ [name]: value }),
      selectorCosts,
    ),
  );
}

/**
 * Questions to the host's authorizer; its value is a variable of type `authorizerType`.
 *
 * Spec: Kubernetes documentation, "Kubernetes authorizer library".
 */
export const authorization: CelLibrary = {
  name: 'kubernetes.authz',
  constants: Object.values(authorizerTypes).map((name) => typeConstant(name, opaque(name))),
  functions: [
    define(
      'path',
      method(
        'authorizer_path',
        [authorizer, string],
        pathCheck,
        (from, path) => new PathCheckValue(from, notBlank('path', path)),
      ),
    ),
    define(
      'group',
      method(
        'authorizer_group',
        [authorizer, string],
        groupCheck,
        (from, group) => new GroupCheckValue(from, group),
      ),
    ),
    define(
      'serviceAccount',
      method('authorizer_serviceaccount', [authorizer, string, string], authorizer, serviceAccount),
    ),
    define(
      'resource',
      method('groupcheck_resource', [groupCheck, string], resourceCheck, (group, resource) =>
        group.resource(notBlank('resource', resource)),
      ),
    ),
    narrow('subresource'),
    narrow('namespace'),
    narrow('name'),
    select('fieldSelector'),
    select('labelSelector'),
    define(
      'check',
      method('pathcheck_check', [pathCheck, string], decision, (check, verb) => check.ask(verb), checkCosts),
      method(
        'resourcecheck_check',
        [resourceCheck, string],
        decision,
        (check, verb) => check.ask(verb),
        checkCosts,
      ),
    ),
    define(
      'allowed',
      method('decision_allowed', [decision], bool, ({ allowed }) => allowed),
    ),
    define(
      'reason',
      method('decision_reason', [decision], string, ({ reason }) => reason),
    ),
    define(
      'errored',
      method('decision_errored', [decision], bool, ({ error }) => error !== ''),
    ),
    define(
      'error',
      method('decision_error', [decision], string, ({ error }) => error),
    ),
  ],
};
