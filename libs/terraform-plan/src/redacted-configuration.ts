import {
  childOf,
  isList,
  isRecord,
  isSecretName,
  type JsonRecord,
  mapList,
  mapMembers,
  type Value,
} from '@plinth/terraform-json';
import { hasTrue, type Redactor } from './redactor.ts';

/** Attributes that any instance of a resource marks as sensitive, by the address of the resource in the configuration. */
type MarkedAttributes = ReadonlyMap<string, ReadonlySet<string>>;

const words: ReadonlySet<string> = new Set(['mode']);
/** What a block of the configuration says besides its values. */
const isSensitive = (block: Value | undefined): boolean => childOf(block, 'sensitive') === true;

/**
 * A configuration without secrets. Constants are hidden where they are defaults of sensitive variables, where they are
 * handed to such, where an instance of their resource marks the attribute, and where their name says so.
 * Spec: JSON Output Format, configuration representation and expression representation.
 * @param document the plan whose changes tell which attributes are sensitive
 */
export function redactedConfiguration(redactor: Redactor, value: Value, document: JsonRecord): Value {
  const marked = markedAttributes(document);
  return mapMembers(value, (name, one) => {
    if (name === 'root_module') return moduleBlock(redactor, one, '', marked);
    if (name !== 'provider_config') return redactor.free(one);
    return redactor.members(one, (_key, provider) =>
      mapMembers(provider, (key, part) =>
        key === 'expressions' ? expressions(redactor, part, false, false) : redactor.free(part),
      ),
    );
  });
}

function moduleBlock(redactor: Redactor, value: Value, path: string, marked: MarkedAttributes): Value {
  return mapMembers(value, (name, one) => {
    switch (name) {
      case 'variables':
        return redactor.members(one, (key, variable) => variableBlock(redactor, variable, isSecretName(key)));
      case 'outputs':
        return redactor.members(one, (key, output) => {
          const isNamed = isSecretName(key);
          return mapMembers(output, (part, inner) =>
            part === 'expression'
              ? expressions(redactor, inner, isSensitive(output), isNamed)
              : redactor.free(inner),
          );
        });
      case 'resources':
        return mapList(one, (resource) => resourceBlock(redactor, resource, path, marked));
      case 'module_calls':
        return redactor.members(one, (key, call) =>
          moduleCall(redactor, call, `${path === '' ? '' : `${path}.`}module.${key}`, marked),
        );
      default:
        return redactor.free(one);
    }
  });
}

function variableBlock(redactor: Redactor, variable: Value, isNamed: boolean): Value {
  return mapMembers(variable, (name, one) => {
    if (name !== 'default') return redactor.free(one);
    return redactor.marked({ value: one, sensitive: isSensitive(variable), unknown: false }, isNamed).value;
  });
}

function moduleCall(redactor: Redactor, call: Value, path: string, marked: MarkedAttributes): Value {
  const declared = childOf(childOf(call, 'module'), 'variables');
  return mapMembers(call, (name, one) => {
    if (name === 'module') return moduleBlock(redactor, one, path, marked);
    if (name !== 'expressions') return expressions(redactor, one, false, false);
    return redactor.members(one, (key, argument) =>
      expressions(redactor, argument, isSensitive(childOf(declared, key)), isSecretName(key)),
    );
  });
}

function resourceBlock(redactor: Redactor, resource: Value, path: string, marked: MarkedAttributes): Value {
  const address = childOf(resource, 'address');
  const attributes = marked.get(
    `${path === '' ? '' : `${path}.`}${typeof address === 'string' ? address : ''}`,
  );
  return mapMembers(resource, (name, one) => {
    if (words.has(name)) return one;
    if (name !== 'expressions') return expressions(redactor, one, false, false);
    return redactor.members(one, (key, argument) => {
      const isMarked = attributes?.has(key) === true;
      return expressions(redactor, argument, isMarked, isSecretName(key));
    });
  });
}

/** Constants are values; all else is names. A secret constant is hidden, and not looked for unless something else marks it. */
function expressions(redactor: Redactor, value: Value, isMarked: boolean, isNamed: boolean): Value {
  if (isList(value)) return value.map((one) => expressions(redactor, one, isMarked, isNamed));
  if (!isRecord(value)) return redactor.free(value);
  return redactor.members(value, (name, one) => {
    if (name === 'constant_value') {
      return redactor.marked({ value: one, sensitive: isMarked, unknown: false }, isNamed).value;
    }
    return expressions(redactor, one, isMarked, isNamed || isSecretName(name));
  });
}

function markedAttributes(document: JsonRecord): MarkedAttributes {
  const marked = new Map<string, Set<string>>();
  const changes = [
    ...listOf(document['resource_changes']),
    ...listOf(document['resource_drift']),
    ...listOf(document['deferred_changes']).map((one) => childOf(one, 'resource_change') ?? null),
  ];
  for (const one of changes) {
    const address = configurationAddress(one);
    const attributes = marked.get(address) ?? new Set();
    marked.set(address, attributes);
    for (const side of ['before_sensitive', 'after_sensitive']) {
      const marks = childOf(childOf(one, 'change'), side);
      for (const [name, mark] of Object.entries(isRecord(marks) ? marks : {}))
        if (hasTrue(mark)) attributes.add(name);
    }
  }
  return marked;
}

/** The address of a resource without the keys of its instances: `module.a["x"].t.n[0]` is one of `module.a.t.n`. */
function configurationAddress(change: Value): string {
  const text = (name: string): string => {
    const value = childOf(change, name);
    return typeof value === 'string' ? value : '';
  };
  const path = text('module_address').replaceAll(/\[(?:"(?:[^"\\]|\\.)*"|\d+)\]/g, '');
  const parts = [path, text('mode') === 'data' ? 'data' : '', text('type'), text('name')];
  return parts.filter((part) => part !== '').join('.');
}

function listOf(value: Value | undefined): readonly Value[] {
  return isList(value) ? value : [];
}
