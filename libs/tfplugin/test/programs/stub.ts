import { serveProvider, stubProvider } from '@plinth/tfplugin';
import { exampleSchema } from '../example-schema.ts';

const provider = stubProvider(exampleSchema, {
  replaceOn: { stub_network: ['cidr'], stub_nested: ['rule.key', 'peer.key'] },
  value: ({ typeName, path, known }) =>
    typeName === 'stub_network' && path[0] === 'location' ? `near ${String(known['name'])}` : undefined,
  functions: { shout: (args) => args.join(' ').toUpperCase() },
});
await serveProvider(provider, process);
