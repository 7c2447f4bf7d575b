import {
  CelCompileError,
  type CelEnvironment,
  type CelType,
  celTypes,
  typeOfSchema,
} from '@plinth/cel-kubernetes';
import { objectMeta } from '../api/meta-schemas.ts';
import { groupVersion, type ResourceType, type ResourceVersion } from '../model/resource-type.ts';
import { compilationFailure } from '../rules/compilation-failure.ts';
import { kindsCheckedMax } from './limits.ts';
import type { ResourceRule } from './match-schema.ts';
import { type PolicyScope, policyEnvironment } from './policy-environment.ts';
import type { AdmissionPolicy, AdmissionPolicySpec } from './policy-kind.ts';

/** An expression that would fail on objects of a kind. Spec: Kubernetes ExpressionWarning. */
export interface ExpressionWarning {
  readonly fieldRef: string;
  readonly warning: string;
}

interface CheckedKind {
  /** As Kubernetes names it, such as `apps/v1, Kind=Deployment`. */
  readonly title: string;
  readonly type: CelType;
}

/**
 * Checks the expressions of a policy against the schemas of the kinds that its rules name, and of its parameters. Rules
 * with wildcards name none. The policy works as it is whatever comes of this.
 * Spec: Kubernetes ValidatingAdmissionPolicy, Type checking.
 */
export function expressionWarnings(
  { spec }: AdmissionPolicy,
  types: readonly ResourceType[],
): ExpressionWarning[] {
  const params = paramsType(spec, types);
  const kinds = checkedKinds(spec.matchConstraints?.resourceRules ?? [], types).map(({ title, type }) => ({
    title,
    environment: environmentFor(type, spec, params),
  }));
  const warnings: ExpressionWarning[] = [];
  const check = (fieldRef: string, expression: string | undefined): void => {
    if (expression === undefined || expression.trim() === '') return;
    const found = kinds.flatMap(({ title, environment }) => {
      const problem = problemOf(expression, environment);
      return problem === undefined ? [] : [`${title}: ${problem}`];
    });
    if (found.length > 0) warnings.push({ fieldRef, warning: found.join('\n') });
  };
  (spec.validations ?? []).forEach(({ expression, messageExpression }, i) => {
    check(`spec.validations[${i}].expression`, expression);
    check(`spec.validations[${i}].messageExpression`, messageExpression);
  });
  return warnings;
}

/** What expressions of the policy may name when objects are of one type, variables included. */
function environmentFor(
  object: CelType,
  { paramKind, variables = [] }: AdmissionPolicySpec,
  params: CelType | undefined,
): CelEnvironment {
  const base: PolicyScope = {
    hasParams: paramKind !== undefined,
    hasAuthorizer: true,
    object,
    ...(params ? { params } : {}),
  };
  const types: Record<string, CelType> = {};
  let environment = policyEnvironment(variables.length === 0 ? base : { ...base, variables: types });
  for (const { name = '', expression = '' } of variables) {
    types[name] = typeOfExpression(expression, environment);
    environment = policyEnvironment({ ...base, variables: types });
  }
  return environment;
}

function problemOf(expression: string, environment: CelEnvironment): string | undefined {
  try {
    environment.compile(expression);
    return undefined;
  } catch (error) {
    if (!(error instanceof CelCompileError)) throw error;
    return compilationFailure(expression, error);
  }
}

/** The type of a variable; where it does not fit the kind, any: the expressions that read it are then not blamed. */
function typeOfExpression(expression: string, environment: CelEnvironment): CelType {
  try {
    return environment.compile(expression).type;
  } catch (error) {
    if (!(error instanceof CelCompileError)) throw error;
    return celTypes.dyn;
  }
}

function paramsType({ paramKind }: AdmissionPolicySpec, types: readonly ResourceType[]): CelType | undefined {
  for (const type of types) {
    const version = type.versions.find(
      ({ name }) => type.kind === paramKind?.kind && groupVersion(type.group, name) === paramKind.apiVersion,
    );
    if (version) return celTypeOf(version);
  }
  return undefined;
}

const celTypesOfVersions = new WeakMap<ResourceVersion, CelType>();

/** The type of objects of a kind, made once. */
function celTypeOf(version: ResourceVersion): CelType {
  const known = celTypesOfVersions.get(version);
  if (known) return known;
  const text = { type: 'string' };
  const { properties = {}, ...schema } = version.schema.openapi();
  const made = typeOfSchema({
    ...schema,
    properties: { ...properties, apiVersion: text, kind: text, metadata: objectMeta },
  });
  celTypesOfVersions.set(version, made);
  return made;
}

function checkedKinds(rules: readonly ResourceRule[], types: readonly ResourceType[]): CheckedKind[] {
  const found = new Map<string, CheckedKind>();
  for (const { apiGroups = [], apiVersions = [], resources = [] } of rules) {
    if (apiGroups.includes('*') || apiVersions.includes('*')) continue;
    for (const type of types) {
      if (!apiGroups.includes(type.group) || !resources.includes(type.resource)) continue;
      for (const version of type.versions) {
        if (!apiVersions.includes(version.name)) continue;
        const title = `${groupVersion(type.group, version.name)}, Kind=${type.kind}`;
        if (found.size < kindsCheckedMax && !found.has(title)) {
          found.set(title, { title, type: celTypeOf(version) });
        }
      }
    }
  }
  return [...found.values()].sort((a, b) => (a.title < b.title ? -1 : 1));
}
