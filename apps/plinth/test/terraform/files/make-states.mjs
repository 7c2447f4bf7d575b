// Writes states and what only looks like one: node make-states.mjs
import { writeFileSync } from 'node:fs';

const state = (serial, more) =>
  JSON.stringify({ version: 4, terraform_version: '1.11.4', serial, lineage: 'l-1', outputs: {}, resources: [], ...more });
const files = {
  one: state(1),
  two: state(2),
  three: state(3),
  'other-two': state(2, { outputs: { a: { value: 1, type: 'number' } } }),
  far: state(30),
  stranger: state(2, { lineage: 'l-2' }),
  old: state(2, { version: 3 }),
  cut: state(2).slice(0, -1),
  half: state(2).slice(0, 40),
  text: 'no state',
  twice: state(2).replace('{', '{"serial":9,'),
};
for (const [name, text] of Object.entries(files)) writeFileSync(`${name}.json`, text);
