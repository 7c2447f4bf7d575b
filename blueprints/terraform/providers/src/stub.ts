import { type Provider, stubProvider } from '@plinth/tfplugin';
import type { NotedSchemas } from './schema-notation.ts';
import { fillTemplate } from './value-template.ts';

/** A provider with these schemas and nothing behind it. */
export function stubOf({ provider, resources, dataSources, replaceOn, values }: NotedSchemas): Provider {
  const json = { provider, resource_schemas: resources, data_source_schemas: dataSources };
  return stubProvider(json, {
    replaceOn,
    value: (wanted) => {
      const name = `${wanted.typeName}.${wanted.path.filter((step) => typeof step === 'string').join('.')}`;
      const template = values.get(name) ?? values.get(`data.${name}`);
      return template === undefined ? undefined : fillTemplate(template, wanted);
    },
  });
}
