// Edits a state that was pulled, under several serials: node edit-state.mjs FILE
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const [file] = process.argv.slice(2);
const state = JSON.parse(readFileSync(file, 'utf8'));
const write = (name, changes) => writeFileSync(join(dirname(file), `${name}.tfstate`), JSON.stringify({ ...state, ...changes }));
for (const [name, step] of [['older', -2], ['next', 1], ['far', 20]]) {
  const outputs = { edited: { value: name, type: 'string' } };
  write(name, { serial: state.serial + step, outputs });
}
write('stranger', { lineage: 'another-one' });
