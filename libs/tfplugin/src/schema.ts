import type { CtyType, ObjectAttributes } from './cty-type.ts';

// Schemas have the shape of what `terraform providers schema -json` prints, so that a schema of a provider that exists can be
// given as it is.

/** How often a nested block may stand, and what the value of it is. */
export type NestingMode = 'single' | 'group' | 'list' | 'set' | 'map';

/** What a block or an attribute says of itself. */
export interface Described {
  readonly description?: string;
  readonly description_kind?: 'plain' | 'markdown';
  readonly deprecated?: boolean;
}

/**
 * An attribute: either of a type, or an object with attributes of its own (`nested_type`).
 * Spec: tfplugin6, "Schema.Attribute"; Terraform, "providers schema command", "Schema Representation".
 */
export interface Attribute extends Described {
  readonly type?: CtyType;
  readonly nested_type?: NestedType;
  readonly required?: boolean;
  readonly optional?: boolean;
  readonly computed?: boolean;
  readonly sensitive?: boolean;
  /** Given by the configuration only: it is in no plan and no state. */
  readonly write_only?: boolean;
}

/** Attributes of an attribute that is an object, or a collection of objects. Spec: tfplugin6, "Schema.Object". */
export interface NestedType {
  readonly attributes: Attributes;
  readonly nesting_mode: Exclude<NestingMode, 'group'>;
}

/** Attributes by name. */
export interface Attributes {
  readonly [name: string]: Attribute;
}

/** A block that may stand in another one. Spec: tfplugin6, "Schema.NestedBlock". */
export interface BlockType {
  readonly nesting_mode: NestingMode;
  readonly block: Block;
  readonly min_items?: number;
  readonly max_items?: number;
}

/** Attributes and nested blocks. Spec: tfplugin6, "Schema.Block". */
export interface Block extends Described {
  readonly attributes?: Attributes;
  readonly block_types?: Readonly<Record<string, BlockType>>;
}

/** The schema of a resource, a data source or a provider's configuration. Spec: tfplugin6, "Schema". */
export interface Schema {
  /** Rises when state of an earlier version has to be upgraded. */
  readonly version?: number;
  readonly block?: Block;
}

/** A parameter of a function. Spec: tfplugin6, "Function.Parameter". */
export interface Parameter {
  readonly name?: string;
  readonly type: CtyType;
  readonly description?: string;
  readonly is_nullable?: boolean;
}

/** The parameters and the result of a function. Spec: tfplugin6, "Function". */
export interface FunctionSignature {
  readonly summary?: string;
  readonly description?: string;
  readonly deprecation_message?: string;
  readonly return_type: CtyType;
  readonly parameters?: readonly Parameter[];
  readonly variadic_parameter?: Parameter;
}

const typeByBlock = new WeakMap<Block, CtyType>();

/** The object type of a block's values: its attributes and its nested blocks. Spec: Terraform, "Object Wire Format". */
export function typeOfBlock(block: Block): CtyType {
  const known = typeByBlock.get(block);
  if (known !== undefined) return known;
  const type: CtyType = [
    'object',
    {
      ...mapValues(block.attributes ?? {}, typeOfAttribute),
      ...mapValues(block.block_types ?? {}, typeOfBlocks),
    },
  ];
  typeByBlock.set(block, type);
  return type;
}

/** The type of an attribute's values. */
export function typeOfAttribute(attribute: Attribute): CtyType {
  const { nested_type: nested } = attribute;
  if (nested === undefined) return attribute.type ?? 'dynamic';
  const object: CtyType = ['object', mapValues(nested.attributes, typeOfAttribute)];
  return nested.nesting_mode === 'single' ? object : [nested.nesting_mode, object];
}

/** Blocks in which an attribute is dynamic differ in type, so the list or map of them is a tuple or an object of its own type. */
export function typeOfBlocks({ nesting_mode: nesting, block }: BlockType): CtyType {
  const type = typeOfBlock(block);
  if (nesting === 'single' || nesting === 'group') return type;
  return nesting !== 'set' && hasDynamic(type) ? 'dynamic' : [nesting, type];
}

function hasDynamic(type: CtyType): boolean {
  if (typeof type === 'string') return type === 'dynamic';
  if (type[0] === 'object') return Object.values(type[1]).some(hasDynamic);
  return type[0] === 'tuple' ? type[1].some(hasDynamic) : hasDynamic(type[1]);
}

function mapValues<T>(
  members: Readonly<Record<string, T>>,
  convert: (member: T) => CtyType,
): ObjectAttributes {
  return Object.fromEntries(Object.entries(members).map(([name, member]) => [name, convert(member)]));
}
