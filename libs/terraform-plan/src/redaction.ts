import {
  childOf,
  isSecretName,
  type JsonRecord,
  mapList,
  mapMembers,
  SecretSet,
  type Value,
} from '@plinth/terraform-json';
import type { Plan } from './plan.ts';
import { planOf, redactedMember } from './plan-reader.ts';
import { redactedConfiguration } from './redacted-configuration.ts';
import { hasTrue, opaqueVeil, Redactor, type Veil } from './redactor.ts';

/**
 * The plan without its secrets, fit for storing and showing. Hidden are values that the plan marks as sensitive, sensitive
 * variables and outputs, values whose names say that they are secrets, and copies of any of these wherever they stand: in
 * other attributes, in addresses and keys, in messages and in the configuration. `(sensitive)` stands in their place, or
 * `(sensitive, changed)` in that of a new value, and marks are set where there were none.
 * Spec: Terraform, JSON Output Format, format version 1.x, `before_sensitive`, `after_sensitive`, `sensitive_values`.
 * @param secrets texts that are secret besides, wherever they stand
 */
export function redactPlan(plan: Plan, secrets: readonly string[] = []): Plan {
  const known = secrets.length === 0 ? redactedPlans.get(plan) : undefined;
  if (known) return known;
  const document = redactDocument(plan.document, opaqueVeil(), secrets);
  const redacted = planOf({ ...document, [redactedMember]: true });
  redactedPlans.set(plan, redacted);
  redactedPlans.set(redacted, redacted);
  return redacted;
}

/**
 * Each plan is redacted once, however often it is shown. What a text says of itself is not believed: a plan that was read
 * is redacted again, which changes nothing in one that is redacted.
 */
const redactedPlans = new WeakMap<Plan, Plan>();

/** A plan's text with something else in the place of each secret. */
export function redactDocument(document: JsonRecord, veil: Veil, known: readonly string[] = []): JsonRecord {
  const secrets = new SecretSet();
  for (const secret of known) secrets.add(secret);
  redactedBy(new Redactor(secrets, veil, true), document);
  return redactedBy(new Redactor(secrets, veil, false), document);
}

/** Words of the format, in which no secret can be. */
const words: ReadonlySet<string> = new Set(['mode', 'action_reason', 'kind', 'status', 'actions', 'reason']);
/** What a change has of its two sides. */
const sides: ReadonlySet<string> = new Set([
  'before',
  'after',
  'after_unknown',
  'before_sensitive',
  'after_sensitive',
]);
const verbatim: ReadonlySet<string> = new Set([
  'format_version',
  'terraform_version',
  'timestamp',
  'applyable',
  'complete',
  'errored',
  redactedMember,
]);

function redactedBy(redactor: Redactor, document: JsonRecord): JsonRecord {
  return mapMembers(document, (name, value) => {
    if (verbatim.has(name)) return value;
    switch (name) {
      case 'resource_changes':
      case 'resource_drift':
        return mapList(value, (one) => resourceChange(redactor, one));
      case 'deferred_changes':
        return mapList(value, (one) =>
          mapMembers(one, (key, part) =>
            key === 'resource_change' ? resourceChange(redactor, part) : redactor.free(part),
          ),
        );
      case 'output_changes':
        return redactor.members(value, (key, one) => change(redactor, one, isSecretName(key)));
      case 'variables':
        return variables(
          redactor,
          value,
          childOf(childOf(document['configuration'], 'root_module'), 'variables'),
        );
      case 'planned_values':
        return stateValues(redactor, value);
      case 'prior_state':
        return mapMembers(value, (key, one) =>
          key === 'values' ? stateValues(redactor, one) : redactor.free(one, false, words),
        );
      case 'configuration':
        return redactedConfiguration(redactor, value, document);
      default:
        return redactor.free(value, false, words);
    }
  });
}

function resourceChange(redactor: Redactor, value: Value): Value {
  return mapMembers(value, (name, one) => {
    if (name === 'change') return change(redactor, one, false);
    return words.has(name) ? one : redactor.free(one);
  });
}

function change(redactor: Redactor, value: Value, isNamed: boolean): Value {
  const before = redactor.marked(
    {
      value: childOf(value, 'before'),
      sensitive: childOf(value, 'before_sensitive') ?? false,
      unknown: false,
    },
    isNamed,
  );
  const after = redactor.marked(
    {
      value: childOf(value, 'after'),
      sensitive: childOf(value, 'after_sensitive') ?? false,
      unknown: childOf(value, 'after_unknown') ?? false,
      before: childOf(value, 'before'),
    },
    isNamed,
  );
  const rest = mapMembers(value, (name, one) => {
    if (sides.has(name)) return undefined;
    return words.has(name) ? one : redactor.free(one);
  });
  return {
    ...rest,
    ...(before.value !== undefined && { before: before.value }),
    ...(after.value !== undefined && { after: after.value }),
    after_unknown: after.unknown,
    before_sensitive: before.sensitive,
    after_sensitive: after.sensitive,
  };
}

function variables(redactor: Redactor, value: Value, declared: Value | undefined): Value {
  return redactor.members(value, (name, variable) => {
    const isSensitive = childOf(childOf(declared, name), 'sensitive') === true;
    return mapMembers(variable, (key, one) =>
      key === 'value'
        ? redactor.marked({ value: one, sensitive: isSensitive, unknown: false }, isSecretName(name)).value
        : redactor.free(one),
    );
  });
}

/** Spec: JSON Output Format, values representation. */
function stateValues(redactor: Redactor, value: Value): Value {
  return mapMembers(value, (name, one) => {
    if (name === 'outputs') return redactor.members(one, (key, part) => output(redactor, key, part));
    return name === 'root_module' ? moduleValues(redactor, one) : redactor.free(one);
  });
}

function output(redactor: Redactor, name: string, output: Value): Value {
  const { value, sensitive } = redactor.marked(
    { value: childOf(output, 'value'), sensitive: childOf(output, 'sensitive') === true, unknown: false },
    isSecretName(name),
  );
  return mapMembers(output, (key, one) => {
    if (key === 'value') return value;
    if (key === 'sensitive') return hasTrue(sensitive);
    // The type of an object has its keys in it.
    return key === 'type' && sensitive === true ? 'string' : redactor.free(one);
  });
}

function moduleValues(redactor: Redactor, value: Value): Value {
  return mapMembers(value, (name, one) => {
    if (name === 'resources') return mapList(one, (resource) => resourceValues(redactor, resource));
    if (name === 'child_modules') return mapList(one, (child) => moduleValues(redactor, child));
    return redactor.free(one);
  });
}

function resourceValues(redactor: Redactor, resource: Value): Value {
  const { value, sensitive } = redactor.marked(
    {
      value: childOf(resource, 'values'),
      sensitive: childOf(resource, 'sensitive_values') ?? false,
      unknown: false,
    },
    false,
  );
  const rest = mapMembers(resource, (name, one) => {
    if (name === 'values' || name === 'sensitive_values') return undefined;
    return words.has(name) ? one : redactor.free(one);
  });
  const isMarked = hasTrue(sensitive) || childOf(resource, 'sensitive_values') !== undefined;
  return {
    ...rest,
    ...(value !== undefined && { values: value }),
    ...(isMarked && { sensitive_values: sensitive }),
  };
}
