import {
  CelCompileError,
  CelEnvironment,
  type CelProgram,
  type CelType,
  celTypes,
  kubernetesLibraries,
  optionalOf,
} from '@plinth/cel-kubernetes';
import type { JSONSchemaProps, ValidationRule } from '@plinth/structural-schema';
import { compilationFailure } from './compilation-failure.ts';
import { normalizedFieldPath } from './rule-field-path.ts';

/** A rule of a schema, compiled against the type of the value that it is about. */
export interface RuleProgram {
  readonly rule: ValidationRule;
  /** Absent when the rule does not compile; `problem` says why. */
  readonly program?: CelProgram;
  readonly problem?: string;
  readonly messageProgram?: CelProgram;
  readonly messageProblem?: string;
  /** Whether it compares with the value before: it then holds for changes only. */
  readonly isTransition: boolean;
  /** Where below the value its errors are; empty: the value itself. */
  readonly fieldPath: string;
}

/** Compiles the rules of one schema; `self` is the type of the values that it describes. */
export function compileRules(schema: JSONSchemaProps, self: CelType): RuleProgram[] {
  const rules = schema['x-kubernetes-validations'] ?? [];
  if (rules.length === 0) return [];
  const environments = { plain: environment(self, self), optional: undefined as CelEnvironment | undefined };
  return rules.map((rule) => {
    if (rule.optionalOldSelf) environments.optional ??= environment(self, optionalOf(self));
    const used = rule.optionalOldSelf ? (environments.optional ?? environments.plain) : environments.plain;
    return compileRule(rule, schema, used);
  });
}

function environment(self: CelType, oldSelf: CelType): CelEnvironment {
  return new CelEnvironment({ libraries: kubernetesLibraries, variables: { self, oldSelf } });
}

function compileRule(rule: ValidationRule, schema: JSONSchemaProps, within: CelEnvironment): RuleProgram {
  const main = compiled(rule.rule, within, celTypes.bool);
  const makes = (rule.messageExpression ?? '').trim();
  const message = makes === '' ? {} : compiled(rule.messageExpression ?? '', within, celTypes.string);
  const uses = [main.program, message.program].some((program) => program?.variables.has('oldSelf') === true);
  const path = rule.fieldPath === undefined ? undefined : normalizedFieldPath(rule.fieldPath, schema);
  return {
    rule,
    ...(main.program ? { program: main.program } : {}),
    ...(main.problem === undefined ? {} : { problem: main.problem }),
    ...(message.program ? { messageProgram: message.program } : {}),
    ...(message.problem === undefined ? {} : { messageProblem: message.problem }),
    isTransition: uses,
    fieldPath: path?.ok ? path.path : '',
  };
}

function compiled(
  expression: string,
  within: CelEnvironment,
  result: CelType,
): { readonly program?: CelProgram; readonly problem?: string } {
  try {
    return { program: within.compile(expression, { result }) };
  } catch (error) {
    if (!(error instanceof CelCompileError)) throw error;
    return { problem: compilationFailure(expression, error) };
  }
}
