// A stub provider as a program that Terraform starts: node serve.ts azurerm
// With STUB_TYPES in the environment (azurerm_subnet,azurerm_route) it has these types alone, and starts faster.

import { serveProvider } from '@plinth/tfplugin';
import { stubbedProviders } from './src/catalogue.ts';
import { readSchemas } from './src/schema-notation.ts';
import { stubOf } from './src/stub.ts';

const [name = ''] = process.argv.slice(2);
const types = process.env['STUB_TYPES'];
const stubbed = stubbedProviders[name];
if (stubbed === undefined) {
  process.stderr.write(
    `there is no stub of "${name}"\n  hint: ${Object.keys(stubbedProviders).join(', ')}\n`,
  );
  process.exitCode = 1;
} else
  await serveProvider(
    stubOf(readSchemas(stubbed.schemas, types === undefined ? undefined : new Set(types.split(',')))),
    process,
  );
