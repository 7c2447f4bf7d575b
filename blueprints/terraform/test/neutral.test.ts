import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { readDeclarations } from '../readme/hcl-declaration.ts';
import { testModule } from './module-test.ts';
import { root } from './terraform.ts';

testModule('neutral');

test('the interface is the same for all clouds', () => {
  const read = (folder: string, file: string): string => readFileSync(join(root, folder, file), 'utf8');
  const own = read('neutral', 'variables.tf');
  const common = own.slice(own.indexOf('variable "context"'));
  const described = (text: string): string[] =>
    readDeclarations(text, 'output', 'outputs.tf').map(
      ({ name, arguments: given }) => `${name}: ${given.get('description')}`,
    );
  for (const cloud of ['aws', 'azure', 'google']) {
    assert.equal(read(`neutral/${cloud}`, 'variables.tf'), common, cloud);
    assert.deepEqual(
      described(read(`neutral/${cloud}`, 'outputs.tf')),
      described(read('neutral', 'outputs.tf')),
    );
  }
});
