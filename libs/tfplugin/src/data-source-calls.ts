import { answer, type CallHandlers, offered } from './calls.ts';
import { ConfigCheck } from './config-check.ts';
import { readConfig, writeObject } from './protocol-value.ts';
import type { Provider } from './provider.ts';

/** Answers the calls about data sources. Spec: tfplugin6, "ReadDataSource". */
export function dataSourceCalls(
  provider: Provider,
): CallHandlers<'ValidateDataResourceConfig' | 'ReadDataSource'> {
  return {
    ValidateDataResourceConfig: (request) =>
      answer(`Validating data.${request.typeName}`, {}, async (diagnostics) => {
        const source = offered(provider.dataSources, 'data source', request.typeName);
        const config = readConfig(request.config, source.schema);
        new ConfigCheck(diagnostics, true).block(source.schema.block ?? {}, config);
        await source.validate?.(config, diagnostics);
        return {};
      }),
    ReadDataSource: (request) =>
      answer(`Reading data.${request.typeName}`, {}, async (diagnostics) => {
        const source = offered(provider.dataSources, 'data source', request.typeName);
        const state = await source.read(readConfig(request.config, source.schema), diagnostics);
        return { state: writeObject(state, source.schema) };
      }),
  };
}
