import { StateError } from './state-error.ts';

/** A value of a state. Numbers that a float does not hold are `Exact`. */
export type Value =
  | string
  | number
  | boolean
  | null
  | Exact
  | readonly Value[]
  | { readonly [name: string]: Value };

/** A number as it was written, where a float would be another one. */
export class Exact {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** A step into a value: the name of an attribute, or an index. */
export type Step = string | number;

/** One instance of a resource, with its whole address. */
export interface Instance {
  /** Such as `module.network["eu"].azurerm_subnet.db[0]`; with `(deposed 1a2b3c4d)` behind it when another one took its place. */
  readonly address: string;
  readonly isTainted: boolean;
  readonly attributes: Readonly<Record<string, Value>>;
  /** Paths of attributes that nobody may see. */
  readonly sensitive: readonly (readonly Step[])[];
}

/** An output value of the root module. */
export interface Output {
  readonly value: Value;
  readonly isSensitive: boolean;
}

/** What a state tells of resources and outputs. */
export interface StateFile {
  readonly instances: ReadonlyMap<string, Instance>;
  readonly outputs: ReadonlyMap<string, Output>;
}

/** Attributes deeper than this are not looked at. */
const depthMax = 100;

/**
 * Reads the resources and outputs of a state whose header was read.
 * Spec: Terraform, internal/states/statefile, format version 4.
 * @throws StateError when a resource is not as the format says
 */
export function parseState(bytes: Uint8Array): StateFile {
  const root = recordOf(
    parseExact(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString()),
    'the state',
  );
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
    const { value = null, sensitive } = recordOf(one, `outputs.${name}`);
    outputs.set(name, { value, isSensitive: sensitive === true });
  }
  return { instances, outputs };
}

type JsonRecord = Readonly<Record<string, Value>>;

/** The reviver of ECMAScript's JSON.parse source text access, which TypeScript does not know yet. */
type SourceReviver = (name: string, value: unknown, context: { readonly source?: string }) => unknown;

/** Parses JSON, and keeps numbers that a float does not hold. Spec: ECMAScript 2026, JSON.parse, context.source. */
function parseExact(text: string): Value {
  const keep: SourceReviver = (_name, value, { source }) =>
    typeof value === 'number' && source !== undefined && String(value) !== source && !isSame(value, source)
      ? new Exact(source)
      : value;
  const value: unknown = JSON.parse(text, keep as (name: string, value: unknown) => unknown);
  if (!isValue(value)) throw new StateError('the text is no JSON');
  return value;
}

/** All that JSON.parse makes is one. */
function isValue(value: unknown): value is Value {
  return value !== undefined;
}

/** Whether a text of few digits is the number, in another spelling: 1.0, 1e3. */
function isSame(value: number, source: string): boolean {
  const digits = source
    .replace(/[eE].*$/, '')
    .replaceAll(/[^0-9]/g, '')
    .replace(/^0+/, '')
    .replace(/0+$/, '');
  return Number.isFinite(value) && digits.length <= 15 && (value !== 0 || digits === '');
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

export function isRecord(value: Value | undefined): value is JsonRecord {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Exact);
}

function recordOf(value: Value, where: string): JsonRecord {
  if (!isRecord(value)) throw new StateError(`${where}: expected an object`);
  return value;
}

function listOf(value: Value | undefined): readonly Value[] {
  return Array.isArray(value) ? (value as readonly Value[]) : [];
}

/** Calls `seen` with each value that has none within, and the way to it. */
export function eachLeaf(
  value: Value,
  seen: (path: readonly Step[], leaf: Value) => void,
  path: readonly Step[] = [],
): void {
  const entries: readonly (readonly [Step, Value])[] = Array.isArray(value)
    ? (value as readonly Value[]).map((one, i) => [i, one] as const)
    : isRecord(value)
      ? Object.entries(value)
      : [];
  if (entries.length === 0 || path.length >= depthMax) seen(path, value);
  else for (const [step, one] of entries) eachLeaf(one, seen, [...path, step]);
}
