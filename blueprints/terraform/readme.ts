// Writes what the READMEs of the modules say of inputs, outputs and examples, from the modules: node blueprints/terraform/readme.ts

import { fileURLToPath } from 'node:url';
import { stalePages, writePages } from './readme/pages.ts';

const root = fileURLToPath(new URL('.', import.meta.url));
const stale = stalePages(root);
writePages(root, stale);
for (const { path } of stale) process.stdout.write(`${path}: written\n`);
