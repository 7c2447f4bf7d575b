import {
  bool,
  bytes,
  type Encodable,
  integer,
  type Message,
  message,
  nested,
  repeated,
  text,
} from './message.ts';

// Messages of schemas and functions. Spec: Terraform plugin protocol 6.8, tfplugin6, "Schema" and "Function".

/** Numbers of `StringKind`, by the words of `terraform providers schema -json`. */
export const stringKinds = { plain: 0, markdown: 1 } as const;

/** Numbers of `NestingMode`. */
export const nestingModes = { single: 1, list: 2, set: 3, map: 4, group: 5 } as const;

interface AttributeValue {
  name: string;
  type: Uint8Array;
  nestedType: Partial<ObjectValue> | undefined;
  description: string;
  required: boolean;
  optional: boolean;
  computed: boolean;
  sensitive: boolean;
  descriptionKind: number;
  deprecated: boolean;
  writeOnly: boolean;
}

interface ObjectValue {
  attributes: readonly Partial<AttributeValue>[];
  nesting: number;
}

const attribute: Message<AttributeValue> = message({
  name: text(1),
  type: bytes(2),
  description: text(3),
  required: bool(4),
  optional: bool(5),
  computed: bool(6),
  sensitive: bool(7),
  descriptionKind: integer(8),
  deprecated: bool(9),
  nestedType: nested<ObjectValue>(
    10,
    message({ attributes: repeated<AttributeValue>(1, () => attribute), nesting: integer(3) }),
  ),
  writeOnly: bool(11),
});

interface BlockValue {
  version: number;
  attributes: readonly Partial<AttributeValue>[];
  blockTypes: readonly Partial<NestedBlockValue>[];
  description: string;
  descriptionKind: number;
  deprecated: boolean;
}

interface NestedBlockValue {
  typeName: string;
  block: Partial<BlockValue> | undefined;
  nesting: number;
  minItems: number;
  maxItems: number;
}

const block: Message<BlockValue> = message({
  version: integer(1),
  attributes: repeated(2, () => attribute),
  blockTypes: repeated<NestedBlockValue>(3, () => nestedBlock),
  description: text(4),
  descriptionKind: integer(5),
  deprecated: bool(6),
});

const nestedBlock: Message<NestedBlockValue> = message({
  typeName: text(1),
  block: nested(2, block),
  nesting: integer(3),
  minItems: integer(4),
  maxItems: integer(5),
});

export const schemaMessage = message({ version: integer(1), block: nested(2, block) });

const parameter = message({
  name: text(1),
  type: bytes(2),
  allowNullValue: bool(3),
  allowUnknownValues: bool(4),
  description: text(5),
  descriptionKind: integer(6),
});

export const functionMessage = message({
  parameters: repeated(1, () => parameter),
  variadicParameter: nested(2, parameter),
  result: nested(3, message({ type: bytes(1) })),
  summary: text(4),
  description: text(5),
  descriptionKind: integer(6),
  deprecationMessage: text(7),
});

export type AttributeMessage = Encodable<typeof attribute>;
export type BlockMessage = Encodable<typeof block>;
export type ParameterMessage = Encodable<typeof parameter>;
