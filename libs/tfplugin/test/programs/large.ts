import { readFileSync } from 'node:fs';
import { serveProvider, stubProvider } from '@plinth/tfplugin';

// The schema is in a file, as `terraform providers schema -json` leaves it.
const schema: unknown = JSON.parse(readFileSync(process.env['SCHEMA_FILE'] ?? '', 'utf8'));
const types = process.env['SCHEMA_TYPES']?.split(',');
await serveProvider(stubProvider(schema, types === undefined ? {} : { types }), process);
