import assert from 'node:assert/strict';
import {
  authorizerType,
  authorizerValue,
  CelCompileError,
  CelEnvironment,
  CelEvaluationError,
  CostBudget,
  kubernetesLibraries,
} from '../src/index.ts';

/** What an expression comes to: a value, or the error that evaluation or compilation ends with. */
export type Expectation =
  | { readonly value: unknown }
  | { readonly error: RegExp }
  | { readonly refused: RegExp };

/** An expression and what it comes to. */
export type Example = readonly [expression: string, expected: Expectation];

/** The expression has this value. */
export function is(value: unknown): Expectation {
  return { value };
}

/** Evaluation fails. */
export function fails(error: RegExp): Expectation {
  return { error };
}

/** The expression is not compiled. */
export function refused(reason: RegExp): Expectation {
  return { refused: reason };
}

const environment = new CelEnvironment({
  variables: { authorizer: authorizerType },
  libraries: kubernetesLibraries,
});

/** An authorizer that allows everything, and says what it was asked. */
export const permissive = authorizerValue({
  check: (attributes) => ({ allowed: true, reason: JSON.stringify(attributes) }),
});

/** Compiles and evaluates with the libraries of Kubernetes. */
export function evaluate(expression: string): unknown {
  return environment.compile(expression).evaluate({ authorizer: permissive }, new CostBudget(1e7));
}

/** Checks an example. */
export function check([expression, expected]: Example): void {
  if ('value' in expected) {
    assert.deepEqual(evaluate(expression), expected.value);
  } else if ('error' in expected) {
    assert.throws(
      () => evaluate(expression),
      (error) => error instanceof CelEvaluationError && expected.error.test(error.message),
    );
  } else {
    assert.throws(
      () => environment.compile(expression),
      (error) => error instanceof CelCompileError && expected.refused.test(error.message),
    );
  }
}
