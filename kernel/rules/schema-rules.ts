import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { type FieldError, hasValidationRules, type JSONSchemaProps } from '@plinth/structural-schema';
import type * as RuleEngine from './rule-engine.ts';
import type { RuleNode } from './rule-tree.ts';

/** The CEL rules of a schema, which say what its other keywords cannot. Spec: Kubernetes x-kubernetes-validations. */
export interface SchemaRules {
  /**
   * Every rule that an object breaks. The object has to keep to the schema otherwise.
   * @param old the object before an update: rules about changes hold then, and what is as it was before may stay so
   * @param warn told of broken rules that are let pass for that reason
   */
  validate(object: unknown, old: unknown, warn: (message: string) => void): FieldError[];
}

let loaded: typeof RuleEngine | undefined;

/** What compiles rules and works them out. It is loaded when the first schema with rules is there: most have none. */
function ruleEngine(): typeof RuleEngine {
  loaded ??= createRequire(import.meta.url)(
    fileURLToPath(import.meta.resolve('./rule-engine.ts')),
  ) as typeof RuleEngine;
  return loaded;
}

/** The rules of a schema of whole objects; undefined when there are none. They are compiled when they are first needed. */
export function schemaRules(schema: JSONSchemaProps): SchemaRules | undefined {
  if (hasValidationRules(schema).length === 0) return undefined;
  const { RuleRun, ruleTree } = ruleEngine();
  let root: RuleNode | undefined;
  return {
    validate(object, old, warn) {
      root ??= ruleTree(schema, true);
      return new RuleRun(warn).start(root, object, old);
    },
  };
}

/** What is wrong with the rules of a schema. @param path where the schema stands */
export function schemaRuleErrors(schema: JSONSchemaProps, path: string): FieldError[] {
  return hasValidationRules(schema).length === 0 ? [] : ruleEngine().ruleErrors(schema, path);
}
