import type { CtyType, ScalarType } from './cty-type.ts';
import type { Encodable } from './message.ts';
import type { Provider } from './provider.ts';
import { providerCalls } from './provider-messages.ts';
import type { Attributes, Block, FunctionSignature, Parameter, Schema } from './schema.ts';
import {
  type AttributeMessage,
  type BlockMessage,
  type functionMessage,
  nestingModes,
  type ParameterMessage,
  type schemaMessage,
  stringKinds,
} from './schema-messages.ts';

const encoder = new TextEncoder();
const scalarBytes: Readonly<Record<ScalarType, Uint8Array>> = {
  string: encoder.encode('"string"'),
  number: encoder.encode('"number"'),
  bool: encoder.encode('"bool"'),
  dynamic: encoder.encode('"dynamic"'),
};

/** What a provider can do besides what every one can. Spec: tfplugin6, "ServerCapabilities". */
function capabilitiesOf(provider: Provider): { getProviderSchemaOptional: true; moveResourceState: boolean } {
  const moves = Object.values(provider.resources ?? {}).some((resource) => resource.move !== undefined);
  // Terraform keeps the schema of the first process, and asks no later one for it.
  return { getProviderSchemaOptional: true, moveResourceState: moves };
}

/** The response to GetProviderSchema, encoded. Spec: tfplugin6, "GetProviderSchema". */
export function encodeProviderSchema(provider: Provider): Uint8Array {
  return providerCalls.GetProviderSchema.response.encode({
    provider: schemaToMessage(provider.schema ?? {}),
    resourceSchemas: schemasOf(provider.resources),
    dataSourceSchemas: schemasOf(provider.dataSources),
    ephemeralResourceSchemas: schemasOf(provider.ephemeralResources),
    functions: functionsOf(provider),
    serverCapabilities: capabilitiesOf(provider),
  });
}

/** The response to GetMetadata. Spec: tfplugin6, "GetMetadata". */
export function describeProvider(provider: Provider): Encodable<typeof providerCalls.GetMetadata.response> {
  const names = (table: object | undefined): { name: string }[] =>
    Object.keys(table ?? {}).map((name) => ({ name }));
  return {
    serverCapabilities: capabilitiesOf(provider),
    resources: names(provider.resources),
    dataSources: names(provider.dataSources),
    ephemeralResources: names(provider.ephemeralResources),
    functions: names(provider.functions),
  };
}

/** The signatures of a provider's functions. Spec: tfplugin6, "GetFunctions". */
export function functionsOf(provider: Provider): ReadonlyMap<string, Encodable<typeof functionMessage>> {
  const functions = Object.entries(provider.functions ?? {});
  return new Map(functions.map(([name, { signature }]) => [name, functionToMessage(signature)]));
}

function schemasOf(
  table: Readonly<Record<string, { readonly schema: Schema }>> = {},
): ReadonlyMap<string, Encodable<typeof schemaMessage>> {
  return new Map(Object.entries(table).map(([name, { schema }]) => [name, schemaToMessage(schema)]));
}

function schemaToMessage({ version = 0, block = {} }: Schema): Encodable<typeof schemaMessage> {
  return { version, block: blockToMessage(block) };
}

function blockToMessage(block: Block): BlockMessage {
  return {
    description: block.description ?? '',
    descriptionKind: stringKinds[block.description_kind ?? 'plain'],
    deprecated: block.deprecated ?? false,
    attributes: attributesToMessage(block.attributes ?? {}),
    blockTypes: Object.entries(block.block_types ?? {}).map(([typeName, nested]) => ({
      typeName,
      block: blockToMessage(nested.block),
      nesting: nestingModes[nested.nesting_mode],
      minItems: nested.min_items ?? 0,
      maxItems: nested.max_items ?? 0,
    })),
  };
}

function attributesToMessage(attributes: Attributes): AttributeMessage[] {
  return Object.entries(attributes).map(([name, attribute]) => {
    const { nested_type: nested } = attribute;
    return {
      name,
      ...(nested === undefined
        ? { type: typeBytes(attribute.type ?? 'dynamic') }
        : {
            nestedType: {
              attributes: attributesToMessage(nested.attributes),
              nesting: nestingModes[nested.nesting_mode],
            },
          }),
      description: attribute.description ?? '',
      descriptionKind: stringKinds[attribute.description_kind ?? 'plain'],
      deprecated: attribute.deprecated ?? false,
      required: attribute.required ?? false,
      optional: attribute.optional ?? false,
      computed: attribute.computed ?? false,
      sensitive: attribute.sensitive ?? false,
      writeOnly: attribute.write_only ?? false,
    };
  });
}

function functionToMessage(signature: FunctionSignature): Encodable<typeof functionMessage> {
  const { variadic_parameter: variadic } = signature;
  return {
    parameters: (signature.parameters ?? []).map(parameterToMessage),
    ...(variadic !== undefined && { variadicParameter: parameterToMessage(variadic) }),
    result: { type: typeBytes(signature.return_type) },
    summary: signature.summary ?? '',
    description: signature.description ?? '',
    deprecationMessage: signature.deprecation_message ?? '',
  };
}

function parameterToMessage(parameter: Parameter): ParameterMessage {
  return {
    name: parameter.name ?? 'arg',
    type: typeBytes(parameter.type),
    allowNullValue: parameter.is_nullable ?? false,
    description: parameter.description ?? '',
  };
}

function typeBytes(type: CtyType): Uint8Array {
  return typeof type === 'string' ? scalarBytes[type] : encoder.encode(JSON.stringify(type));
}
