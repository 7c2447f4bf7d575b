import {
  CelCostExceeded,
  CelEvaluationError,
  CostBudget,
  OptionalValue,
  runtimeCostBudget,
} from '@plinth/cel-kubernetes';
import {
  duplicateValue,
  type FieldError,
  forbiddenValue,
  formatFieldError,
  invalidValue,
  type JSONSchemaProps,
  requiredValue,
} from '@plinth/structural-schema';
import { equalJson, isObject } from '../model/json.ts';
import { ruleMessageBytesMax } from './limits.ts';
import type { RuleProgram } from './rule-program.ts';
import type { RuleNode } from './rule-tree.ts';

/** A value with its counterpart in the old object. */
interface Pair {
  readonly value: unknown;
  readonly old: unknown;
}

/** Where a run is: the value, what it was, and what decides whether its errors are old ones. */
interface Place extends Pair {
  readonly path: string;
  /** The nearest value, this one or one above it, that has a counterpart in the old object. */
  readonly correlated: Pair | undefined;
}

/** The budget is used up: nothing more is worked out. */
class OutOfBudget extends Error {}

const outOfBudget =
  'validation failed due to running out of cost budget, no further validation rules will be run';

/**
 * Works the rules of a schema out for one object.
 * Spec: Kubernetes apiextensions-apiserver, schema/cel Validator.validate, with CRDValidationRatcheting.
 */
export class RuleRun {
  readonly #warn: (message: string) => void;
  readonly #errors: FieldError[] = [];
  readonly #budget = new CostBudget(runtimeCostBudget);

  constructor(warn: (message: string) => void) {
    this.#warn = warn;
  }

  start(node: RuleNode, value: unknown, old: unknown): FieldError[] {
    const pair = { value, old };
    try {
      this.#visit(node, { ...pair, path: '', correlated: old === undefined ? undefined : pair });
    } catch (error) {
      if (!(error instanceof OutOfBudget)) throw error;
    }
    return this.#errors;
  }

  #visit(node: RuleNode, place: Place): void {
    const { value } = place;
    // Whether a value may be null is for rules of the place around it.
    if (value === null || value === undefined) return;
    for (const rule of node.rules) this.#check(rule, node.schema, place);
    if (Array.isArray(value)) this.#visitItems(node, value, place);
    else if (isObject(value)) this.#visitFields(node, value, place);
  }

  #visitFields(node: RuleNode, value: Record<string, unknown>, place: Place): void {
    const isAtomic = node.schema['x-kubernetes-map-type'] === 'atomic';
    const before = isAtomic || !isObject(place.old) ? {} : place.old;
    for (const name in value) {
      const child = node.properties.get(name);
      const below = child ?? node.additional;
      if (!below) continue;
      const path = child ? `${place.path === '' ? '' : `${place.path}.`}${name}` : `${place.path}[${name}]`;
      const isTypeMeta = place.path === '' && (name === 'apiVersion' || name === 'kind');
      const old = Object.hasOwn(before, name) && !isTypeMeta ? before[name] : undefined;
      this.#visit(below, placeBelow(place, path, value[name], old));
    }
  }

  #visitItems({ items, schema }: RuleNode, value: readonly unknown[], place: Place): void {
    if (!items) return;
    for (const [i, item] of value.entries()) {
      const old = counterpart(item, place.old, schema);
      this.#visit(items, placeBelow(place, `${place.path}[${i}]`, item, old));
    }
  }

  #check(program: RuleProgram, { type = '' }: JSONSchemaProps, place: Place): void {
    const { rule } = program;
    const { path, value, old } = place;
    if (!program.program) {
      this.#errors.push(invalidValue(path, type, `rule compile error: ${program.problem ?? ''}`));
      return;
    }
    const hasOld = old !== undefined && old !== null;
    if (program.isTransition && !hasOld && rule.optionalOldSelf !== true) return;
    const oldSelf =
      rule.optionalOldSelf === true ? (hasOld ? OptionalValue.of(old) : OptionalValue.none) : old;
    const inputs = { self: value, ...(program.isTransition ? { oldSelf } : {}) };
    try {
      if (program.program.evaluate(inputs, this.#budget) === true) return;
    } catch (error) {
      this.#failed(error, program, type, path);
      return;
    }
    const at = program.fieldPath === '' ? path : joined(path, program.fieldPath);
    this.#report(brokenRule(at, type, this.#message(program, inputs), rule.reason), program, place);
  }

  /** A rule that could not be worked out. */
  #failed(error: unknown, { rule }: RuleProgram, type: string, path: string): void {
    if (!(error instanceof CelEvaluationError)) throw error;
    const shown = (rule.message ?? '').trim() || rule.rule.trim();
    if (error instanceof CelCostExceeded) {
      const detail =
        this.#budget.used >= this.#budget.limit
          ? outOfBudget
          : `'${error.message}': no further validation rules will be run due to call cost exceeds limit for rule: ${shown}`;
      this.#errors.push(invalidValue(path, type, detail));
      throw new OutOfBudget(outOfBudget);
    }
    this.#errors.push(invalidValue(path, type, `${error.message} evaluating rule: ${shown}`));
  }

  /** An error that was there before, in what is as it was, is let pass; a rule about changes never is. */
  #report(error: FieldError, { isTransition }: RuleProgram, { correlated }: Place): void {
    const isOld = !isTransition && correlated !== undefined && equalJson(correlated.value, correlated.old);
    if (isOld) this.#warn(formatFieldError(error));
    else this.#errors.push(error);
  }

  #message({ rule, messageProgram }: RuleProgram, inputs: Record<string, unknown>): string {
    if (messageProgram) {
      try {
        const made = messageProgram.evaluate(inputs, this.#budget);
        const text = typeof made === 'string' ? made.trim() : '';
        if (text !== '' && !text.includes('\n') && Buffer.byteLength(text) <= ruleMessageBytesMax)
          return text;
      } catch (error) {
        // The rule is broken whether or not its message can be made.
        if (!(error instanceof CelEvaluationError)) throw error;
      }
    }
    const fixed = (rule.message ?? '').trim();
    return fixed === '' ? `failed rule: ${rule.rule.trim()}` : fixed;
  }
}

function placeBelow(parent: Place, path: string, value: unknown, old: unknown): Place {
  const pair = { value, old };
  return { ...pair, path, correlated: old === undefined ? parent.correlated : pair };
}

/** The item of the old list that has the same keys; items of other lists than maps have none. */
function counterpart(item: unknown, old: unknown, schema: JSONSchemaProps): unknown {
  const keys = schema['x-kubernetes-list-map-keys'];
  if (schema['x-kubernetes-list-type'] !== 'map' || keys === undefined) return undefined;
  if (!Array.isArray(old) || !isObject(item)) return undefined;
  return old.find((one: unknown) => isObject(one) && keys.every((key) => equalJson(one[key], item[key])));
}

function joined(path: string, below: string): string {
  if (path === '') return below;
  return below.startsWith('[') ? `${path}${below}` : `${path}.${below}`;
}

function brokenRule(path: string, type: string, detail: string, reason: string | undefined): FieldError {
  if (reason === 'FieldValueForbidden') return forbiddenValue(path, detail);
  if (reason === 'FieldValueRequired') return requiredValue(path, detail);
  if (reason === 'FieldValueDuplicate') return duplicateValue(path, type);
  return invalidValue(path, type, detail);
}
