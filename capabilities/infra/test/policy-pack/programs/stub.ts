import { serveProvider, stubProvider } from '@plinth/tfplugin';
import { schemas } from '../schemas.ts';

const schema = schemas[process.env['POLICY_PACK_PROVIDER'] ?? ''];
if (!schema) throw new Error('POLICY_PACK_PROVIDER must name one of the providers');
await serveProvider(stubProvider(schema), process);
