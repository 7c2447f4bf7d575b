import {
  CelCompileError,
  type CelEnvironment,
  type CelProgram,
  type CelType,
  celTypes,
} from '@plinth/cel-kubernetes';
import { type FieldError, invalidValue } from '@plinth/structural-schema';
import { compilationFailure } from '../rules/compilation-failure.ts';
import { type PolicyScope, policyEnvironment } from './policy-environment.ts';
import type { AdmissionPolicySpec } from './policy-kind.ts';

/** An expression of a policy, ready to run; one that does not compile says why whenever it is asked. */
export type Expression = CelProgram | { readonly expression: string; readonly problem: string };

/** A validation, ready to run. */
export interface ValidationProgram {
  readonly expression: Expression;
  readonly message: string;
  readonly messageExpression?: Expression;
  /** Empty: Invalid. */
  readonly reason: string;
}

/** All expressions of a policy, ready to run. */
export interface PolicyProgram {
  readonly matchConditions: readonly { readonly name: string; readonly expression: Expression }[];
  readonly variables: readonly { readonly name: string; readonly expression: Expression }[];
  /** Places of the variables, by name. */
  readonly variableNames: ReadonlyMap<string, number>;
  readonly validations: readonly ValidationProgram[];
  readonly auditAnnotations: readonly { readonly key: string; readonly expression: Expression }[];
}

/** What compiles the expressions of one policy, in order: each variable is known to those after it. */
class PolicyCompiler {
  readonly errors: FieldError[] = [];
  readonly #hasParams: boolean;
  readonly #variables: Record<string, CelType> | undefined;
  readonly #environments = new Map<string, CelEnvironment>();

  constructor({ paramKind, variables = [] }: AdmissionPolicySpec) {
    this.#hasParams = paramKind !== undefined;
    this.#variables = variables.length === 0 ? undefined : {};
  }

  /** The scope of match conditions, which know no variables. */
  get conditions(): PolicyScope {
    return { hasParams: this.#hasParams, hasAuthorizer: true };
  }

  scope(hasAuthorizer: boolean): PolicyScope {
    const base = { hasParams: this.#hasParams, hasAuthorizer };
    return this.#variables ? { ...base, variables: this.#variables } : base;
  }

  /** Environments take long to make, so each set of variables has one. */
  #environment(scope: PolicyScope): CelEnvironment {
    if (!scope.variables) return policyEnvironment(scope);
    const key = `${scope.hasAuthorizer} ${Object.keys(scope.variables).length}`;
    let made = this.#environments.get(key);
    if (!made)
      this.#environments.set(
        key,
        (made = policyEnvironment({ ...scope, variables: { ...scope.variables } })),
      );
    return made;
  }

  /** @param field where the expression stands, for the error */
  compile(
    text: string,
    scope: PolicyScope,
    field: string,
    result?: CelType | readonly CelType[],
  ): Expression {
    try {
      const options = result === undefined ? {} : { result };
      return this.#environment(scope).compile(text, options);
    } catch (error) {
      if (!(error instanceof CelCompileError)) throw error;
      const problem = compilationFailure(text, error);
      this.errors.push(invalidValue(field, text, problem));
      return { expression: text, problem };
    }
  }

  variable(name: string, text: string, field: string): Expression {
    const expression = this.compile(text, this.scope(true), field);
    if (this.#variables) {
      // A variable that does not compile is told once, and not again at every place that reads it.
      this.#variables[name] = 'problem' in expression ? celTypes.dyn : expression.type;
    }
    return expression;
  }
}

/**
 * Compiles all expressions of a policy against the environment that they run in, where objects may be of any kind.
 * Empty ones are left to the validation of the policy.
 * @returns the program, and an error for each expression that does not compile or is of the wrong type
 */
export function compilePolicy(spec: AdmissionPolicySpec): {
  program: PolicyProgram;
  errors: readonly FieldError[];
} {
  const compiler = new PolicyCompiler(spec);
  const { bool, null: nothing, string } = celTypes;
  const { matchConditions = [], variables = [], validations = [], auditAnnotations = [] } = spec;
  const program: Omit<PolicyProgram, 'variableNames'> = {
    matchConditions: matchConditions.flatMap(({ name = '', expression = '' }, i) => {
      if (expression.trim() === '') return [];
      const field = `spec.matchConditions[${i}].expression`;
      return [{ name, expression: compiler.compile(expression, compiler.conditions, field, bool) }];
    }),
    variables: variables.flatMap(({ name = '', expression = '' }, i) => {
      if (name === '' || expression.trim() === '') return [];
      return [{ name, expression: compiler.variable(name, expression, `spec.variables[${i}].expression`) }];
    }),
    validations: validations.flatMap((validation, i) => {
      const { expression = '', message = '', messageExpression = '', reason = '' } = validation;
      if (expression.trim() === '') return [];
      const field = `spec.validations[${i}]`;
      const rule = compiler.compile(expression, compiler.scope(true), `${field}.expression`, bool);
      const makes =
        messageExpression.trim() === ''
          ? undefined
          : compiler.compile(messageExpression, compiler.scope(false), `${field}.messageExpression`, string);
      return [{ expression: rule, message, reason, ...(makes ? { messageExpression: makes } : {}) }];
    }),
    auditAnnotations: auditAnnotations.flatMap(({ key = '', valueExpression = '' }, i) => {
      if (valueExpression.trim() === '') return [];
      const field = `spec.auditAnnotations[${i}].valueExpression`;
      return [
        {
          key,
          expression: compiler.compile(valueExpression, compiler.scope(true), field, [string, nothing]),
        },
      ];
    }),
  };
  const variableNames = placesOf(program.variables.map(({ name }) => name));
  return { program: { ...program, variableNames }, errors: compiler.errors };
}

/** Lists of names that are remembered, and how long one may be; a table that is full is begun anew. */
const [namesMax, namesCharsMax] = [1_000, 1_000];
const knownPlaces = new Map<string, ReadonlyMap<string, number>>();

/** Places of names. Policies have variables of the same few names, and then share what says where they are. */
function placesOf(names: readonly string[]): ReadonlyMap<string, number> {
  const key = JSON.stringify(names);
  const known = knownPlaces.get(key);
  if (known) return known;
  const made = new Map(names.map((name, place) => [name, place]));
  if (key.length > namesCharsMax) return made;
  if (knownPlaces.size >= namesMax) knownPlaces.clear();
  knownPlaces.set(key, made);
  return made;
}
