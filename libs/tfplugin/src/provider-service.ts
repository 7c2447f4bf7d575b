import { answer, type CallHandlers } from './calls.ts';
import { ConfigCheck } from './config-check.ts';
import { dataSourceCalls } from './data-source-calls.ts';
import { diagnosticOf } from './diagnostic.ts';
import { ephemeralResourceCalls } from './ephemeral-resource-calls.ts';
import { functionCalls } from './function-calls.ts';
import { diagnosticMessage, readConfig } from './protocol-value.ts';
import type { Provider } from './provider.ts';
import { providerCalls } from './provider-messages.ts';
import { describeProvider, encodeProviderSchema } from './provider-schema.ts';
import { resourceCalls } from './resource-calls.ts';
import { resourceChangeCalls } from './resource-change-calls.ts';

/** Answers a call: bytes of its request to bytes of its response. @throws WireError when the request is malformed. */
export type EncodedCall = (request: Uint8Array) => Promise<Uint8Array>;

/**
 * The service tfplugin6.Provider without a transport: each call by its name. The schema is encoded when it is first asked for,
 * and once.
 * Spec: Terraform plugin protocol 6.8.
 */
export function providerService(provider: Provider): ReadonlyMap<string, EncodedCall> {
  const handlers: Omit<CallHandlers, 'GetProviderSchema'> = {
    ...configCalls(provider),
    ...resourceCalls(provider),
    ...resourceChangeCalls(provider),
    ...dataSourceCalls(provider),
    ...ephemeralResourceCalls(provider),
    ...functionCalls(provider),
  };
  const calls = new Map<string, EncodedCall>();
  // The schema of a large provider is megabytes: it is kept as the bytes that are sent.
  let encodedSchema: Uint8Array | undefined;
  calls.set('GetProviderSchema', async () => {
    try {
      encodedSchema ??= encodeProviderSchema(provider);
      return encodedSchema;
    } catch (error) {
      const diagnostics = [diagnosticMessage(diagnosticOf(error, 'Reading the schema'))];
      return providerCalls.GetProviderSchema.response.encode({ diagnostics });
    }
  });
  for (const [name, handle] of Object.entries<AnyCall['handle']>(handlers)) {
    const { request, response } = messages[name] ?? {};
    if (request === undefined || response === undefined) continue;
    calls.set(name, async (bytes) => response.encode(await handle(request.decode(bytes))));
  }
  return calls;
}

// Here the calls are all alike; that each handler fits its messages has been checked where it is written.
interface AnyCall {
  readonly request: { decode(bytes: Uint8Array): unknown };
  readonly response: { encode(value: object): Uint8Array };
  handle(request: unknown): Promise<object>;
}
const messages: Readonly<Record<string, Omit<AnyCall, 'handle'>>> = providerCalls;

function configCalls(
  provider: Provider,
): CallHandlers<'GetMetadata' | 'ValidateProviderConfig' | 'ConfigureProvider' | 'StopProvider'> {
  const schema = provider.schema ?? {};
  return {
    GetMetadata: async () => describeProvider(provider),
    ValidateProviderConfig: (request) =>
      answer('Validating the provider configuration', {}, async (diagnostics) => {
        const config = readConfig(request.config, schema);
        new ConfigCheck(diagnostics, true).block(schema.block ?? {}, config);
        await provider.validate?.(config, diagnostics);
        return {};
      }),
    ConfigureProvider: (request) =>
      answer('Configuring the provider', {}, async (diagnostics) => {
        await provider.configure?.(readConfig(request.config, schema), diagnostics, request.terraformVersion);
        return {};
      }),
    async StopProvider() {
      try {
        await provider.stop?.();
        return {};
      } catch (error) {
        return { error: error instanceof Error ? error.message : String(error) };
      }
    },
  };
}
