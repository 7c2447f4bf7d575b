import { isList, isRecord, type JsonRecord, type Value } from '@plinth/terraform-json';
import { moduleDepthMax, referencesMax } from './limits.ts';

/** Resources that the attributes of a resource refer to, by attribute; all as addresses without keys. */
export type References = Readonly<Record<string, readonly string[]>>;

/** A module of the configuration, with where it is called from. */
interface Scope {
  /** Such as `module.network.`; empty for the root module. */
  readonly prefix: string;
  readonly module: JsonRecord;
  readonly parent: Scope | undefined;
  /** Expressions of its input variables, which belong to the parent. */
  readonly inputs: JsonRecord;
}

const resourceForm = /^((?:data\.)?[A-Za-z_][\w-]*\.[A-Za-z_][\w-]*)/;
const moduleForm = /^module\.([A-Za-z_][\w-]*)(?:\[[^\]]*\])?\.([A-Za-z_][\w-]*)/;
const notResources = new Set(['each', 'count', 'self', 'path', 'terraform', 'local', 'var', 'module']);

/**
 * What refers to what, by the address of the resource without keys, such as `module.a.aws_s3_bucket.logs`. References are
 * followed through variables and outputs of modules; locals are not in a plan.
 * Spec: Terraform, JSON Output Format, configuration and expression representation.
 * @param configuration `configuration.root_module` of a plan
 */
export function referencesOf(configuration: Value | undefined): ReadonlyMap<string, References> {
  const found = new Map<string, References>();
  if (isRecord(configuration)) {
    collect({ prefix: '', module: configuration, parent: undefined, inputs: {} }, found, 0);
  }
  return found;
}

function collect(scope: Scope, found: Map<string, References>, depth: number): void {
  for (const resource of listIn(scope.module, 'resources')) {
    const { address } = resource;
    if (typeof address !== 'string') continue;
    const expressions = recordIn(resource, 'expressions');
    const references = Object.entries(expressions).map(([name, expression]): [string, readonly string[]] => {
      const targets = new Set<string>();
      follow(expression, scope, targets, new Set());
      return [name, [...targets]];
    });
    found.set(scope.prefix + address, Object.fromEntries(references.filter(([, { length }]) => length > 0)));
  }
  if (depth >= moduleDepthMax) return;
  for (const [name, call] of Object.entries(recordIn(scope.module, 'module_calls'))) {
    const inner = isRecord(call) ? innerScope(scope, name, call) : undefined;
    if (inner) collect(inner, found, depth + 1);
  }
}

function innerScope(parent: Scope, name: string, call: JsonRecord): Scope {
  return {
    prefix: `${parent.prefix}module.${name}.`,
    module: recordIn(call, 'module'),
    parent,
    inputs: recordIn(call, 'expressions'),
  };
}

/** Adds what an expression, or the blocks of that name, refer to. @param seen what was followed already: it may go in circles */
function follow(expression: Value | undefined, scope: Scope, targets: Set<string>, seen: Set<string>): void {
  if (isList(expression)) for (const one of expression) follow(one, scope, targets, seen);
  if (!isRecord(expression)) return;
  for (const [name, part] of Object.entries(expression)) {
    if (name === 'references' && isList(part)) {
      for (const one of part) if (typeof one === 'string') add(one, scope, targets, seen);
    } else if (name !== 'constant_value') follow(part, scope, targets, seen);
  }
}

function add(reference: string, scope: Scope, targets: Set<string>, seen: Set<string>): void {
  const place = `${scope.prefix} ${reference}`;
  if (targets.size >= referencesMax || seen.has(place)) return;
  seen.add(place);
  const [root = '', name = ''] = reference.split(/[.[]/, 2);
  if (root === 'var') {
    if (scope.parent) follow(scope.inputs[name], scope.parent, targets, seen);
    return;
  }
  const [, call = '', output = ''] = moduleForm.exec(reference) ?? [];
  if (call !== '') {
    const calls = recordIn(scope.module, 'module_calls');
    const inner = innerScope(scope, call, recordIn(calls, call));
    const { expression } = recordIn(recordIn(inner.module, 'outputs'), output);
    follow(expression, inner, targets, seen);
    return;
  }
  const [address] = resourceForm.exec(reference) ?? [];
  if (address !== undefined && !notResources.has(root)) targets.add(scope.prefix + address);
}

function recordIn(record: JsonRecord, name: string): JsonRecord {
  const value = Object.hasOwn(record, name) ? record[name] : undefined;
  return isRecord(value) ? value : {};
}

function listIn(record: JsonRecord, name: string): readonly JsonRecord[] {
  const value = Object.hasOwn(record, name) ? record[name] : undefined;
  return isList(value) ? value.filter(isRecord) : [];
}
