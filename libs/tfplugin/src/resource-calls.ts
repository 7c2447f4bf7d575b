import { answer, type CallHandlers, offered } from './calls.ts';
import { ConfigCheck } from './config-check.ts';
import { parseCtyJson, parseExactJson } from './cty-json.ts';
import type { CtyObject } from './cty-value.ts';
import { isCtyObject } from './cty-value.ts';
import { type Diagnostics, ProviderError } from './diagnostic.ts';
import type { Decoded } from './message.ts';
import { readConfig, readObject, typeOfSchema, writeObject } from './protocol-value.ts';
import type { Provider, Resource } from './provider.ts';
import type { providerCalls } from './provider-messages.ts';

type ResourceCall =
  | 'ValidateResourceConfig'
  | 'UpgradeResourceState'
  | 'ReadResource'
  | 'ImportResourceState'
  | 'MoveResourceState';

type UpgradeRequest = Decoded<typeof providerCalls.UpgradeResourceState.request>;

const noBytes = new Uint8Array();
const decoder = new TextDecoder();

/** Answers the calls about resources as they are. Spec: Terraform, "Resource Instance Change Lifecycle". */
export function resourceCalls(provider: Provider): CallHandlers<ResourceCall> {
  const find = (name: string): Resource => offered(provider.resources, 'resource type', name);
  return {
    ValidateResourceConfig: (request) =>
      answer(`Validating ${request.typeName}`, {}, async (diagnostics) => {
        const resource = find(request.typeName);
        const config = readConfig(request.config, resource.schema);
        const allowsWriteOnly = request.capabilities?.writeOnlyAttributesAllowed === true;
        new ConfigCheck(diagnostics, allowsWriteOnly).block(resource.schema.block ?? {}, config);
        await resource.validate?.(config, diagnostics);
        return {};
      }),
    UpgradeResourceState: (request) =>
      answer(`Reading the state of ${request.typeName}`, {}, async (diagnostics) => {
        const resource = find(request.typeName);
        const state = await upgrade(resource, request, diagnostics);
        return { upgradedState: writeObject(state, resource.schema) };
      }),
    ReadResource(request) {
      const kept = { newState: request.currentState, private: request.private };
      return answer(`Reading ${request.typeName}`, kept, async (diagnostics) => {
        const resource = find(request.typeName);
        if (resource.read === undefined) return kept;
        const state = readObject(request.currentState, resource.schema);
        if (state === null) return kept;
        const read = await resource.read({ state, private: request.private }, diagnostics);
        if (read === null) return { newState: writeObject(null, resource.schema), private: noBytes };
        return {
          newState: writeObject(read.state, resource.schema),
          private: read.private ?? request.private,
        };
      });
    },
    ImportResourceState: (request) =>
      answer(`Importing ${request.typeName}`, {}, async (diagnostics) => {
        const resource = find(request.typeName);
        if (resource.import === undefined) {
          throw new ProviderError(`Resources of the type ${request.typeName} cannot be imported`);
        }
        const { state, private: bytes = noBytes } = await resource.import(request.id, diagnostics);
        const imported = {
          typeName: request.typeName,
          state: writeObject(state, resource.schema),
          private: bytes,
        };
        return { importedResources: [imported] };
      }),
    MoveResourceState: (request) =>
      answer(`Moving ${request.sourceTypeName} to ${request.targetTypeName}`, {}, async (diagnostics) => {
        const resource = find(request.targetTypeName);
        if (resource.move === undefined) {
          const { sourceTypeName: source, targetTypeName: target } = request;
          throw new ProviderError(`A resource of the type ${source} cannot be moved to ${target}`);
        }
        const source = {
          providerAddress: request.sourceProviderAddress,
          typeName: request.sourceTypeName,
          version: request.sourceSchemaVersion,
          raw: parseExactJson(decoder.decode(request.sourceState?.json)),
          private: request.sourcePrivate,
        };
        const { state, private: bytes = noBytes } = await resource.move(source, diagnostics);
        return { targetState: writeObject(state, resource.schema), targetPrivate: bytes };
      }),
  };
}

async function upgrade(
  resource: Resource,
  { rawState, version, typeName }: UpgradeRequest,
  diagnostics: Diagnostics,
): Promise<CtyObject> {
  const json = decoder.decode(rawState?.json);
  if (json === '') throw new ProviderError(`The state of ${typeName} is older than Terraform 0.12`);
  if (resource.upgrade !== undefined && version !== (resource.schema.version ?? 0)) {
    return resource.upgrade(parseExactJson(json), version, diagnostics);
  }
  const state = parseCtyJson(json, typeOfSchema(resource.schema));
  if (!isCtyObject(state)) throw new ProviderError(`The state of ${typeName} is empty`);
  return state;
}
