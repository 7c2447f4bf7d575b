import { equal, match } from 'node:assert/strict';
import { test } from 'node:test';
import { infraCapability } from '@plinth/infra';
import { listAt, textAt } from '../harness/https-client.ts';
import { startTestServer } from '../harness/test-server.ts';
import { moduleArchive, publish } from './module-archives.ts';
import { conditionOf, StackBench } from './stacks.ts';
import { missingProgram, terraform } from './terraform-program.ts';

test('a module of the registry is a source: the newest version that is meant, and the next when it is published', {
  skip: missingProgram(terraform),
}, async (t) => {
  const server = await startTestServer({ capabilities: [infraCapability] });
  t.after(async () => await server.close());
  const path = '/terraform/modules/default/words/plain';
  await publish(server.admin, `${path}/1.0.0`, await moduleArchive('first'));
  await publish(server.admin, `${path}/2.0.0`, await moduleArchive('other'));
  const stack = new StackBench(() => server.admin, server.directory, 'module', terraform);
  const ofVersion = (version: string): object => ({
    source: { directory: null, module: { source: 'default/words/plain', version } },
  });
  await stack.declare({ ...ofVersion('~> 1.0') });
  const first = await stack.reaches('Applied');
  match(textAt(first, 'status', 'revision'), /^1\.0\.0\+[0-9a-f]{12}$/);
  equal(JSON.stringify(listAt(first, 'status', 'outputs')).includes('first'), true);
  await publish(server.admin, `${path}/1.1.0`, await moduleArchive('second'));
  const second = await stack.reaches('Applied', textAt(first, 'status', 'run'));
  equal(JSON.stringify(listAt(second, 'status', 'outputs')).includes('second'), true);
  await stack.declare({ ...ofVersion('> 2') });
  const missing = conditionOf(await stack.reaches('ModuleVersionMissing'), 'Ready');
  match(
    textAt(missing, 'message'),
    /no version of default\/words\/plain is > 2; there are 1\.0\.0, 1\.1\.0, 2\.0\.0/,
  );
});
