import { type CelType, typeOfSchema } from '@plinth/cel-kubernetes';
import { hasValidationRules, type JSONSchemaProps } from '@plinth/structural-schema';
import { compileRules, type RuleProgram } from './rule-program.ts';
import { isSingle } from './unbounded-fields.ts';

/** The rules of one place of a schema and of the places below it that have any. */
export interface RuleNode {
  readonly schema: JSONSchemaProps;
  /** Compiled when a value first gets here. */
  readonly rules: readonly RuleProgram[];
  readonly properties: ReadonlyMap<string, RuleNode>;
  readonly items: RuleNode | undefined;
  readonly additional: RuleNode | undefined;
}

/** The places of a schema that have rules, with those that lead there. */
export function ruleTree(schema: JSONSchemaProps, isRoot: boolean): RuleNode {
  const own = new LazyRules(schema, isRoot);
  const below = (child: JSONSchemaProps | undefined): RuleNode | undefined =>
    child && hasValidationRules(child).length > 0 ? ruleTree(child, false) : undefined;
  const { items, additionalProperties } = schema;
  return {
    schema,
    get rules() {
      return own.rules;
    },
    properties: new Map(
      Object.entries(schema.properties ?? {}).flatMap(([name, child]) => {
        const node = below(child);
        return node ? [[name, node] as const] : [];
      }),
    ),
    items: below(isSingle(items) ? items : undefined),
    additional: below(isSingle(additionalProperties) ? additionalProperties : undefined),
  };
}

class LazyRules {
  readonly #schema: JSONSchemaProps;
  readonly #isRoot: boolean;
  #rules: readonly RuleProgram[] | undefined;

  constructor(schema: JSONSchemaProps, isRoot: boolean) {
    this.#schema = schema;
    this.#isRoot = isRoot;
  }

  get rules(): readonly RuleProgram[] {
    this.#rules ??= compileRules(this.#schema, selfType(this.#schema, this.#isRoot));
    return this.#rules;
  }
}

/** The type of the values that a schema describes. The root is a resource, with its kind and name. */
export function selfType(schema: JSONSchemaProps, isRoot: boolean): CelType {
  return typeOfSchema(isRoot ? { ...schema, 'x-kubernetes-embedded-resource': true } : schema);
}
