import {
  bool,
  bytes,
  integer,
  map,
  message,
  nested,
  optionalInteger,
  optionalText,
  repeated,
  text,
} from './message.ts';
import { functionMessage, schemaMessage } from './schema-messages.ts';

// Requests and responses of the service tfplugin6.Provider. Fields that nothing here looks at are left out: protobuf passes over
// them. Spec: Terraform plugin protocol 6.8, tfplugin6.

const dynamicValue = message({ msgpack: bytes(1), json: bytes(2) });
const rawState = message({ json: bytes(1) });
const pathStep = message({
  attributeName: optionalText(1),
  elementKeyString: optionalText(2),
  elementKeyInt: optionalInteger(3),
});
const attributePath = message({ steps: repeated(1, () => pathStep) });
const diagnostic = message({
  severity: integer(1),
  summary: text(2),
  detail: text(3),
  attribute: nested(4, attributePath),
});
const diagnostics = (number: number) => repeated(number, () => diagnostic);
const clientCapabilities = message({ deferralAllowed: bool(1), writeOnlyAttributesAllowed: bool(2) });
const serverCapabilities = message({
  planDestroy: bool(1),
  getProviderSchemaOptional: bool(2),
  moveResourceState: bool(3),
});
const named = message({ name: text(1) });
const timestamp = message({ seconds: integer(1), nanos: integer(2) });
const emptyRequest = message({});
const configRequest = message({
  typeName: text(1),
  config: nested(2, dynamicValue),
  capabilities: nested(3, clientCapabilities),
});
const diagnosticsResponse = message({ diagnostics: diagnostics(1) });

/** Request and response of each call, by its name. */
export const providerCalls = {
  GetMetadata: {
    request: emptyRequest,
    response: message({
      serverCapabilities: nested(1, serverCapabilities),
      diagnostics: diagnostics(2),
      dataSources: repeated(3, () => named),
      resources: repeated(4, () => named),
      functions: repeated(5, () => named),
      ephemeralResources: repeated(6, () => named),
    }),
  },
  GetProviderSchema: {
    request: emptyRequest,
    response: message({
      provider: nested(1, schemaMessage),
      resourceSchemas: map(2, schemaMessage),
      dataSourceSchemas: map(3, schemaMessage),
      diagnostics: diagnostics(4),
      serverCapabilities: nested(6, serverCapabilities),
      functions: map(7, functionMessage),
      ephemeralResourceSchemas: map(8, schemaMessage),
    }),
  },
  ValidateProviderConfig: {
    request: message({ config: nested(1, dynamicValue) }),
    response: message({ diagnostics: diagnostics(2) }),
  },
  ValidateResourceConfig: { request: configRequest, response: diagnosticsResponse },
  ValidateDataResourceConfig: { request: configRequest, response: diagnosticsResponse },
  ValidateEphemeralResourceConfig: { request: configRequest, response: diagnosticsResponse },
  UpgradeResourceState: {
    request: message({ typeName: text(1), version: integer(2), rawState: nested(3, rawState) }),
    response: message({ upgradedState: nested(1, dynamicValue), diagnostics: diagnostics(2) }),
  },
  ConfigureProvider: {
    request: message({ terraformVersion: text(1), config: nested(2, dynamicValue) }),
    response: diagnosticsResponse,
  },
  ReadResource: {
    request: message({ typeName: text(1), currentState: nested(2, dynamicValue), private: bytes(3) }),
    response: message({ newState: nested(1, dynamicValue), diagnostics: diagnostics(2), private: bytes(3) }),
  },
  PlanResourceChange: {
    request: message({
      typeName: text(1),
      priorState: nested(2, dynamicValue),
      proposedNewState: nested(3, dynamicValue),
      config: nested(4, dynamicValue),
      priorPrivate: bytes(5),
    }),
    response: message({
      plannedState: nested(1, dynamicValue),
      requiresReplace: repeated(2, () => attributePath),
      plannedPrivate: bytes(3),
      diagnostics: diagnostics(4),
    }),
  },
  ApplyResourceChange: {
    request: message({
      typeName: text(1),
      priorState: nested(2, dynamicValue),
      plannedState: nested(3, dynamicValue),
      config: nested(4, dynamicValue),
      plannedPrivate: bytes(5),
    }),
    response: message({ newState: nested(1, dynamicValue), private: bytes(2), diagnostics: diagnostics(3) }),
  },
  ImportResourceState: {
    request: message({ typeName: text(1), id: text(2) }),
    response: message({
      importedResources: repeated(1, () =>
        message({ typeName: text(1), state: nested(2, dynamicValue), private: bytes(3) }),
      ),
      diagnostics: diagnostics(2),
    }),
  },
  MoveResourceState: {
    request: message({
      sourceProviderAddress: text(1),
      sourceTypeName: text(2),
      sourceSchemaVersion: integer(3),
      sourceState: nested(4, rawState),
      targetTypeName: text(5),
      sourcePrivate: bytes(6),
    }),
    response: message({
      targetState: nested(1, dynamicValue),
      diagnostics: diagnostics(2),
      targetPrivate: bytes(3),
    }),
  },
  ReadDataSource: {
    request: message({ typeName: text(1), config: nested(2, dynamicValue) }),
    response: message({ state: nested(1, dynamicValue), diagnostics: diagnostics(2) }),
  },
  OpenEphemeralResource: {
    request: configRequest,
    response: message({
      diagnostics: diagnostics(1),
      renewAt: nested(2, timestamp),
      result: nested(3, dynamicValue),
      private: bytes(4),
    }),
  },
  RenewEphemeralResource: {
    request: message({ typeName: text(1), private: bytes(2) }),
    response: message({ diagnostics: diagnostics(1), renewAt: nested(2, timestamp), private: bytes(3) }),
  },
  CloseEphemeralResource: {
    request: message({ typeName: text(1), private: bytes(2) }),
    response: diagnosticsResponse,
  },
  GetFunctions: {
    request: emptyRequest,
    response: message({ functions: map(1, functionMessage), diagnostics: diagnostics(2) }),
  },
  CallFunction: {
    request: message({ name: text(1), arguments: repeated(2, () => dynamicValue) }),
    response: message({
      result: nested(1, dynamicValue),
      error: nested(2, message({ text: text(1), functionArgument: optionalInteger(2) })),
    }),
  },
  StopProvider: { request: emptyRequest, response: message({ error: text(1) }) },
} as const;
