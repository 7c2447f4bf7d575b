import { match } from 'node:assert/strict';
import { test } from 'node:test';
import { infraCapability } from '@plinth/infra';
import { textAt } from '../harness/https-client.ts';
import { startTestServer } from '../harness/test-server.ts';
import { conditionOf, item, StackBench } from './stacks.ts';
import { terraform, tofu } from './terraform-program.ts';

test('a stack whose program is not there says so, and what to do', async () => {
  // Nothing else runs in this process.
  process.env['PATH'] = '/nowhere';
  const server = await startTestServer({ capabilities: [infraCapability] });
  try {
    for (const program of [terraform, tofu]) {
      const stack = new StackBench(() => server.admin, server.directory, `without-${program.name}`, program);
      stack.write({ 'main.tf': item('a', '1') });
      await stack.declare();
      const found = conditionOf(await stack.reaches('ProgramMissing'), 'Ready');
      match(
        textAt(found, 'message'),
        new RegExp(`there is no ${program.name} on PATH .*: install it, or set spec\\.program`),
      );
    }
  } finally {
    await server.close();
  }
});
