// Writes the generated pages of docs/.
//   node tools/docs/main.ts           writes what has changed
//   node tools/docs/main.ts --check   writes nothing and fails when a page is stale

import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { generatePages } from './src/pages.ts';
import { stalePages, writePages } from './src/place.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } });
const pages = await generatePages(root);
const stale = stalePages(root, pages);

if (values.check) {
  for (const { path, why } of stale) process.stdout.write(`${path}: ${why}\n`);
  if (stale.length > 0) {
    process.stdout.write('  hint: run `npm run docs` and commit what it changes\n');
    process.exitCode = 1;
  }
} else writePages(root, pages);
if (!values.check || stale.length === 0) {
  const changed = values.check ? '' : `, ${stale.length} changed`;
  process.stdout.write(`${pages.size} generated pages${changed}\n`);
}
