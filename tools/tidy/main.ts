// The house style as a test.
//   node tools/tidy/main.ts             all of the repository
//   node tools/tidy/main.ts libs/tlog   what lies below these folders

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseAllowlist } from './src/allowlist.ts';
import { RULES } from './src/rules.ts';
import { readRepository, tidy } from './src/tidy.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folders = process.argv.slice(2).map((folder) => folder.replace(/\/+$/, ''));
const isAsked = (path: string): boolean =>
  folders.length === 0 || folders.some((folder) => path === folder || path.startsWith(`${folder}/`));

const allowlist = readFileSync(new URL('./allowlist.json', import.meta.url), 'utf8');
const allowances = parseAllowlist(allowlist, new Set(RULES.map((rule) => rule.name)));
const { findings, stale } = tidy(readRepository(root), RULES, allowances);

const asked = findings.filter(({ path }) => isAsked(path));
for (const { path, line, rule, message, remedy } of asked) {
  process.stdout.write(`${path}:${line}: ${message} — ${remedy} [${rule}]\n`);
}
for (const { path, rule } of stale) {
  process.stdout.write(`tools/tidy/allowlist.json:1: nothing breaks ${rule} in ${path} — remove the entry\n`);
}
if (asked.length + stale.length > 0) process.exitCode = 1;
