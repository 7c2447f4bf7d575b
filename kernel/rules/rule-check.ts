import {
  type FieldError,
  forbiddenValue,
  hasValidationRules,
  invalidValue,
  type JSONSchemaProps,
} from '@plinth/structural-schema';
import {
  estimatedBytesMax,
  expensiveRulesShownMax,
  ruleCostMax,
  schemaCostMax,
  unboundedShownMax,
} from './limits.ts';
import { normalizedFieldPath } from './rule-field-path.ts';
import { compileRules, type RuleProgram } from './rule-program.ts';
import { selfType } from './rule-tree.ts';
import { isSingle, missingBound, unboundedFields } from './unbounded-fields.ts';

/** How often a rule may be worked out for one object, and whether values there have counterparts in the old object. */
interface Context {
  /** The most values that an object can have at this place; undefined where only its size bounds them. */
  readonly cardinality: number | undefined;
  /** The nearest place above whose values have no counterparts. */
  readonly uncorrelated: string | undefined;
  /** Lists and maps above that nothing bounds, each with what would. */
  readonly unbounded: readonly string[];
}

/**
 * Finds what is wrong with the CEL rules of a schema: expressions that do not compile, or cost more than is allowed for
 * objects as large as the schema lets them be.
 * Spec: Kubernetes apiextensions-apiserver, ValidateCustomResourceDefinitionOpenAPISchema.
 * @param path where the schema stands
 */
export function ruleErrors(schema: JSONSchemaProps, path: string): FieldError[] {
  if (hasValidationRules(schema).length === 0) return [];
  const check = new RuleCheck();
  check.visit(schema, path, { cardinality: 1, uncorrelated: undefined, unbounded: [] }, true);
  return [...check.errors, ...check.totalErrors(path)];
}

class RuleCheck {
  readonly errors: FieldError[] = [];
  readonly #costs: { readonly field: string; readonly cost: number }[] = [];

  visit(schema: JSONSchemaProps, path: string, context: Context, isRoot: boolean): void {
    if (hasValidationRules(schema).length === 0) return;
    compileRules(schema, selfType(schema, isRoot)).forEach((program, i) => {
      this.#check(program, schema, `${path}.x-kubernetes-validations[${i}]`, context);
    });
    const { items, additionalProperties, properties = {} } = schema;
    const isAtomic = schema['x-kubernetes-map-type'] === 'atomic';
    const uncorrelated = context.uncorrelated ?? (isAtomic ? path : undefined);
    const bound = schema.type === 'string' ? undefined : missingBound(schema);
    const unbounded = bound === undefined ? context.unbounded : [...context.unbounded, `${path} (${bound})`];
    for (const [name, child] of Object.entries(properties)) {
      this.visit(child, `${path}.properties[${name}]`, { ...context, uncorrelated }, false);
    }
    if (isSingle(additionalProperties)) {
      const cardinality = times(context.cardinality, schema.maxProperties);
      this.visit(
        additionalProperties,
        `${path}.additionalProperties`,
        { cardinality, uncorrelated, unbounded },
        false,
      );
    }
    if (isSingle(items)) {
      const cardinality = times(context.cardinality, schema.maxItems);
      const isMap = schema['x-kubernetes-list-type'] === 'map';
      const own = context.uncorrelated ?? (isMap ? undefined : `${path}.items`);
      this.visit(items, `${path}.items`, { cardinality, uncorrelated: own, unbounded }, false);
    }
  }

  #check(program: RuleProgram, schema: JSONSchemaProps, field: string, context: Context): void {
    const { rule } = program;
    const times = context.cardinality ?? Math.floor(estimatedBytesMax / (serializedMin(schema) + 1));
    if (program.problem !== undefined) {
      this.errors.push(invalidValue(`${field}.rule`, rule.rule, program.problem));
    } else if (program.program) {
      const open = [...context.unbounded, ...unboundedFields(schema, rule.rule)];
      this.#cost(program.program.estimatedCost.max * times, `${field}.rule`, 'estimated rule cost', open);
    }
    if (program.messageProblem !== undefined) {
      const text = rule.messageExpression;
      this.errors.push(invalidValue(`${field}.messageExpression`, text, program.messageProblem));
    } else if (program.messageProgram) {
      const { max } = program.messageProgram.estimatedCost;
      const open = unboundedFields(schema, rule.messageExpression ?? '');
      this.#cost(max, `${field}.messageExpression`, 'estimated messageExpression cost', open);
    }
    this.#transition(program, field, context);
    const path = (rule.fieldPath ?? '').trim();
    const checked = path === '' ? undefined : normalizedFieldPath(path, schema);
    if (checked?.ok === false) {
      const detail = `fieldPath must be a valid path: ${checked.problem}`;
      this.errors.push(invalidValue(`${field}.fieldPath`, rule.fieldPath, detail));
    }
  }

  #transition({ rule, isTransition, problem }: RuleProgram, field: string, { uncorrelated }: Context): void {
    if (isTransition && uncorrelated !== undefined) {
      const detail = `oldSelf cannot be used on the uncorrelatable portion of the schema within ${uncorrelated}`;
      this.errors.push(invalidValue(`${field}.rule`, rule.rule, detail));
    } else if (!isTransition && problem === undefined && rule.optionalOldSelf !== undefined) {
      const detail = 'may not be set if oldSelf is not used in rule';
      this.errors.push(invalidValue(`${field}.optionalOldSelf`, rule.optionalOldSelf, detail));
    }
  }

  #cost(cost: number, field: string, what: string, unbounded: readonly string[]): void {
    this.#costs.push({ field, cost });
    if (cost <= ruleCostMax) return;
    const shown = unbounded.slice(0, unboundedShownMax).join(', ');
    const remedy = shown === '' ? '' : `; nothing bounds ${shown}`;
    this.errors.push(forbiddenValue(field, exceeds(what, cost, ruleCostMax) + remedy));
  }

  /** What is said when all rules together cost too much, whatever each of them does. */
  totalErrors(path: string): FieldError[] {
    const total = this.#costs.reduce((sum, { cost }) => sum + cost, 0);
    if (total <= schemaCostMax) return [];
    // Rules below a hundredth of the limit are not what it is about.
    const expensive = this.#costs
      .filter(({ cost }) => cost >= schemaCostMax / 100)
      .sort((a, b) => b.cost - a.cost)
      .slice(0, expensiveRulesShownMax);
    const detail =
      'contributed to estimated rule & messageExpression cost total exceeding cost limit for entire OpenAPIv3 schema';
    const what =
      'x-kubernetes-validations estimated rule & messageExpression cost total for entire OpenAPIv3 schema';
    return [
      ...expensive.map(({ field }) => forbiddenValue(field, detail)),
      forbiddenValue(path, exceeds(what, total, schemaCostMax)),
    ];
  }
}

function exceeds(what: string, cost: number, limit: number): string {
  const ratio = cost / limit;
  const factor =
    ratio > 100 ? 'more than 100x' : ratio < 1.5 ? `${ratio.toFixed(6)}x` : `${ratio.toFixed(1)}x`;
  return (
    `${what} exceeds budget by factor of ${factor} (try simplifying the rule, or adding maxItems, maxProperties, and ` +
    'maxLength where arrays, maps, and strings are declared)'
  );
}

function times(cardinality: number | undefined, most: number | undefined): number | undefined {
  return cardinality === undefined || most === undefined ? undefined : cardinality * most;
}

/** The fewest bytes that a value takes as JSON. Spec: Kubernetes apiserver, cel DeclType.MinSerializedSize. */
function serializedMin(schema: JSONSchemaProps): number {
  switch (schema.type) {
    case 'boolean':
      return 4;
    case 'string':
    case 'array':
      return 2;
    case 'object': {
      const { properties = {}, required = [] } = schema;
      return Object.entries(properties)
        .filter(([name, child]) => required.includes(name) && child.default === undefined)
        .reduce((sum, [name, child]) => sum + name.length + serializedMin(child) + 4, 2);
    }
    default:
      return 1;
  }
}
