import { answer, type CallHandlers, offered } from './calls.ts';
import { ConfigCheck } from './config-check.ts';
import { readConfig, writeObject } from './protocol-value.ts';
import type { Provider } from './provider.ts';

type EphemeralCall =
  | 'ValidateEphemeralResourceConfig'
  | 'OpenEphemeralResource'
  | 'RenewEphemeralResource'
  | 'CloseEphemeralResource';

const noBytes = new Uint8Array();

/** Answers the calls about ephemeral resources. Spec: tfplugin6, "OpenEphemeralResource". */
export function ephemeralResourceCalls(provider: Provider): CallHandlers<EphemeralCall> {
  const { ephemeralResources: table } = provider;
  const kind = 'ephemeral resource type';
  return {
    ValidateEphemeralResourceConfig: (request) =>
      answer(`Validating ephemeral.${request.typeName}`, {}, async (diagnostics) => {
        const resource = offered(table, kind, request.typeName);
        const config = readConfig(request.config, resource.schema);
        new ConfigCheck(diagnostics, true).block(resource.schema.block ?? {}, config);
        await resource.validate?.(config, diagnostics);
        return {};
      }),
    OpenEphemeralResource: (request) =>
      answer(`Opening ephemeral.${request.typeName}`, {}, async (diagnostics) => {
        const resource = offered(table, kind, request.typeName);
        const opened = await resource.open(readConfig(request.config, resource.schema), diagnostics);
        return {
          result: writeObject(opened.result, resource.schema),
          private: opened.private ?? noBytes,
          ...renewal(opened.renewAtMs),
        };
      }),
    RenewEphemeralResource(request) {
      const kept = { private: request.private };
      return answer(`Renewing ephemeral.${request.typeName}`, kept, async (diagnostics) => {
        const resource = offered(table, kind, request.typeName);
        const renewed = await resource.renew?.(request.private, diagnostics);
        return { private: renewed?.private ?? request.private, ...renewal(renewed?.renewAtMs) };
      });
    },
    CloseEphemeralResource: (request) =>
      answer(`Closing ephemeral.${request.typeName}`, {}, async (diagnostics) => {
        await offered(table, kind, request.typeName).close?.(request.private, diagnostics);
        return {};
      }),
  };
}

function renewal(atMs: number | undefined): { renewAt?: { seconds: number; nanos: number } } {
  if (atMs === undefined) return {};
  const seconds = Math.floor(atMs / 1000);
  return { renewAt: { seconds, nanos: Math.round((atMs - seconds * 1000) * 1_000_000) } };
}
