import { type AttributePath, ValueError } from './attribute-path.ts';
import { parseCtyType } from './cty-type.ts';
import type {
  Attribute,
  Attributes,
  Block,
  BlockType,
  Described,
  FunctionSignature,
  NestedType,
  NestingMode,
  Parameter,
  Schema,
} from './schema.ts';

type Json = Readonly<Record<string, unknown>>;
type Writable<T> = { -readonly [Key in keyof T]: T[Key] };

/** The schemas of one provider in the JSON of Terraform, each of them not yet looked at. */
export interface ProviderSchemas {
  readonly provider: unknown;
  readonly resources: Json;
  readonly dataSources: Json;
  readonly ephemeralResources: Json;
  readonly functions: Json;
}

/**
 * Finds the schemas of a provider in what `terraform providers schema -json` prints, parsed, or in one entry of its
 * `provider_schemas`.
 * @param address - `registry.terraform.io/hashicorp/aws`; may be left out when there is only one.
 * @throws ValueError when it is not there.
 * Spec: Terraform, "providers schema command", format version 1.0.
 */
export function findProviderSchemas(json: unknown, address?: string): ProviderSchemas {
  let entry = object(json, []);
  if (entry['provider_schemas'] !== undefined) {
    const all = object(entry['provider_schemas'], ['provider_schemas']);
    const [only, ...others] = Object.keys(all);
    const chosen = address ?? (others.length === 0 ? only : undefined);
    if (chosen === undefined || !Object.hasOwn(all, chosen)) {
      throw new ValueError(`the provider ${chosen ?? ''} is not among ${Object.keys(all).join(', ')}`, [
        'provider_schemas',
      ]);
    }
    entry = object(all[chosen], ['provider_schemas', { key: chosen }]);
  }
  const table = (name: string): Json => object(entry[name] ?? {}, [name]);
  return {
    provider: entry['provider'] ?? {},
    resources: table('resource_schemas'),
    dataSources: table('data_source_schemas'),
    ephemeralResources: table('ephemeral_resource_schemas'),
    functions: table('functions'),
  };
}

/** Reads a schema from its parsed JSON. @throws ValueError when it is none. Spec: as for `findProviderSchemas`. */
export function parseSchema(json: unknown, path: AttributePath = []): Schema {
  const { version, block } = object(json, path);
  return {
    version: typeof version === 'number' ? version : 0,
    block: parseBlock(block ?? {}, [...path, 'block']),
  };
}

/** Reads the signature of a function from its parsed JSON. @throws ValueError when it is none. */
export function parseSignature(json: unknown, path: AttributePath = []): FunctionSignature {
  const { return_type: type, parameters, variadic_parameter: variadic, ...texts } = object(json, path);
  const list: readonly unknown[] = Array.isArray(parameters) ? parameters : [];
  return {
    ...textMember('summary', texts),
    ...textMember('description', texts),
    ...textMember('deprecation_message', texts),
    return_type: parseCtyType(type, [...path, 'return_type']),
    parameters: list.map((parameter, index) => parseParameter(parameter, [...path, 'parameters', index])),
    ...(variadic !== undefined && {
      variadic_parameter: parseParameter(variadic, [...path, 'variadic_parameter']),
    }),
  };
}

function parseParameter(json: unknown, path: AttributePath): Parameter {
  const parameter = object(json, path);
  return {
    ...textMember('name', parameter),
    ...textMember('description', parameter),
    type: parseCtyType(parameter['type'], [...path, 'type']),
    is_nullable: parameter['is_nullable'] === true,
  };
}

function parseBlock(json: unknown, path: AttributePath): Block {
  const block = object(json, path);
  const nested = Object.entries(object(block['block_types'] ?? {}, [...path, 'block_types']));
  const parsed: Writable<Block> = {
    attributes: parseAttributes(block['attributes'] ?? {}, [...path, 'attributes']),
    block_types: Object.fromEntries(
      nested.map(([name, inner]) => [name, parseBlockType(inner, [...path, 'block_types', name])]),
    ),
  };
  describe(block, parsed);
  return parsed;
}

function parseBlockType(json: unknown, path: AttributePath): BlockType {
  const { nesting_mode: nesting, block, min_items: min, max_items: max } = object(json, path);
  return {
    nesting_mode: nestingMode(nesting, path),
    block: parseBlock(block ?? {}, [...path, 'block']),
    ...(typeof min === 'number' && { min_items: min }),
    ...(typeof max === 'number' && { max_items: max }),
  };
}

function parseAttributes(json: unknown, path: AttributePath): Attributes {
  const entries = Object.entries(object(json, path));
  return Object.fromEntries(entries.map(([name, inner]) => [name, parseAttribute(inner, [...path, name])]));
}

// Schemas have a hundred thousand attributes: what follows makes no object that is not kept.
function parseAttribute(json: unknown, path: AttributePath): Attribute {
  const attribute = object(json, path);
  const { type, nested_type: nested } = attribute;
  const parsed: Writable<Attribute> =
    nested === undefined
      ? { type: parseCtyType(type, path) }
      : { nested_type: parseNestedType(nested, path) };
  describe(attribute, parsed);
  if (attribute['required'] === true) parsed.required = true;
  if (attribute['optional'] === true) parsed.optional = true;
  if (attribute['computed'] === true) parsed.computed = true;
  if (attribute['sensitive'] === true) parsed.sensitive = true;
  if (attribute['write_only'] === true) parsed.write_only = true;
  return parsed;
}

function parseNestedType(json: unknown, path: AttributePath): NestedType {
  const { attributes, nesting_mode: nesting } = object(json, path);
  const mode = nestingMode(nesting, path);
  if (mode === 'group') throw new ValueError('an attribute cannot be a group', path);
  return { attributes: parseAttributes(attributes ?? {}, path), nesting_mode: mode };
}

function nestingMode(json: unknown, path: AttributePath): NestingMode {
  if (json === 'single' || json === 'group' || json === 'list' || json === 'set' || json === 'map')
    return json;
  throw new ValueError(`${JSON.stringify(json) ?? 'nothing'} is not a nesting mode`, path);
}

function describe(json: Json, into: Writable<Described>): void {
  if (typeof json['description'] === 'string') into.description = json['description'];
  if (json['description_kind'] === 'markdown') into.description_kind = 'markdown';
  if (json['deprecated'] === true) into.deprecated = true;
}

function textMember<Name extends string>(name: Name, json: Json): { readonly [N in Name]?: string } {
  const value = json[name];
  return typeof value === 'string' ? ({ [name]: value } as { readonly [N in Name]: string }) : {};
}

function object(json: unknown, path: AttributePath): Json {
  if (isObject(json)) return json;
  throw new ValueError('an object is required', path);
}

function isObject(json: unknown): json is Json {
  return typeof json === 'object' && json !== null && !Array.isArray(json);
}
