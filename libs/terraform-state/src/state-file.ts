import {
  isList,
  isRecord,
  type JsonRecord,
  type Path,
  parseJson,
  type Step,
  type Value,
} from '@plinth/terraform-json';
import { EncryptedStateError, StateError } from './state-error.ts';

/** One instance of a resource, with its whole address. */
export interface Instance {
  /** Such as `module.network["eu"].azurerm_subnet.db[0]`; with `(deposed 1a2b3c4d)` behind it when another one took its place. */
  readonly address: string;
  readonly isTainted: boolean;
  readonly attributes: Readonly<Record<string, Value>>;
  /** Paths of attributes that nobody may see. */
  readonly sensitive: readonly Path[];
}

/** An output value of the root module. */
export interface Output {
  readonly value: Value;
  /** Its type, as Terraform writes it, such as `"string"` or `["list","string"]`. */
  readonly type: Value;
  readonly isSensitive: boolean;
}

/** What a state tells of resources and outputs. */
export interface StateFile {
  readonly instances: ReadonlyMap<string, Instance>;
  readonly outputs: ReadonlyMap<string, Output>;
}

/**
 * Reads the resources and outputs of a state whose header was read.
 * Spec: Terraform, internal/states/statefile, format version 4.
 * @throws StateError when a resource is not as the format says; EncryptedStateError when it cannot be read
 */
export function parseState(bytes: Uint8Array): StateFile {
  const root = recordOf(
    parseJson(bytes, (message) => new StateError(message)),
    'the state',
  );
  if (root['encryption_version'] !== undefined) throw new EncryptedStateError();
  const instances = new Map<string, Instance>();
  for (const [i, entry] of listOf(root['resources']).entries()) {
    const resource = recordOf(entry, `resources[${i}]`);
    for (const [k, one] of listOf(resource['instances']).entries()) {
      const where = `resources[${i}].instances[${k}]`;
      const instance = instanceOf(resource, recordOf(one, where));
      if (instances.has(instance.address))
        throw new StateError(`${where}: ${instance.address} is there twice`);
      instances.set(instance.address, instance);
    }
  }
  const outputs = new Map<string, Output>();
  for (const [name, one] of Object.entries(isRecord(root['outputs']) ? root['outputs'] : {})) {
    const { value = null, type = 'dynamic', sensitive } = recordOf(one, `outputs.${name}`);
    outputs.set(name, { value, type, isSensitive: sensitive === true });
  }
  return { instances, outputs };
}

function instanceOf(resource: JsonRecord, instance: JsonRecord): Instance {
  const { mode } = resource;
  const key = instance['index_key'];
  const index =
    typeof key === 'string' ? `[${JSON.stringify(key)}]` : typeof key === 'number' ? `[${key}]` : '';
  const { deposed } = instance;
  const parts = ['module', 'type', 'name']
    .map((part) => resource[part])
    .filter((part) => typeof part === 'string');
  if (mode === 'data') parts.splice(-2, 0, 'data');
  const attributes = instance['attributes'] ?? instance['attributes_flat'] ?? {};
  return {
    address: `${parts.join('.')}${index}${typeof deposed === 'string' ? ` (deposed ${deposed})` : ''}`,
    isTainted: instance['status'] === 'tainted',
    attributes: isRecord(attributes) ? attributes : {},
    sensitive: listOf(instance['sensitive_attributes']).map((path) => listOf(path).map(stepOf)),
  };
}

/** Spec: Terraform, internal/states/statefile, marshalPath. */
function stepOf(step: Value): Step {
  const { value = null } = isRecord(step) ? step : {};
  const key = isRecord(value) ? (value['value'] ?? null) : value;
  return typeof key === 'number' || typeof key === 'string' ? key : JSON.stringify(key);
}

function recordOf(value: Value, where: string): JsonRecord {
  if (!isRecord(value)) throw new StateError(`${where}: expected an object`);
  return value;
}

function listOf(value: Value | undefined): readonly Value[] {
  return isList(value) ? value : [];
}

/** Calls `seen` with each value that has none within, and the way to it. */
export function eachLeaf(value: Value, seen: (path: Path, leaf: Value) => void, path: Path = []): void {
  const entries: readonly (readonly [Step, Value])[] = isList(value)
    ? value.map((one, i) => [i, one] as const)
    : isRecord(value)
      ? Object.entries(value)
      : [];
  if (entries.length === 0) seen(path, value);
  else for (const [step, one] of entries) eachLeaf(one, seen, [...path, step]);
}
