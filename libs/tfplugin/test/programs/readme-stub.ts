import { readFileSync } from 'node:fs';
import { serveProvider, stubProvider } from '@plinth/tfplugin';

const schemaJson: unknown = JSON.parse(readFileSync('schema.json', 'utf8'));
const provider = stubProvider(schemaJson, {
  types: ['azurerm_virtual_network'],
  replaceOn: { azurerm_virtual_network: ['name', 'location'] },
  value: ({ path, known }) =>
    path.join() === 'id' ? `/virtualNetworks/${String(known['name'])}` : undefined,
});
await serveProvider(provider, process);
