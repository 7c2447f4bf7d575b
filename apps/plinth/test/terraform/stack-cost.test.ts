import { match, ok } from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { infraCapability } from '@plinth/infra';
import { textAt } from '../harness/https-client.ts';
import { startTestServer } from '../harness/test-server.ts';
import { conditionOf, item, StackBench } from './stacks.ts';
import { missingProgram, terraform } from './terraform-program.ts';

const canary = 'canary-77ab01-value';

test('the cost of a plan is told, and what adds too much, or what nobody can tell, waits', {
  skip: missingProgram(terraform),
}, async (t) => {
  const server = await startTestServer({ capabilities: [infraCapability] });
  t.after(async () => await server.close());
  await server.admin.post('/api/v1/namespaces/default/secrets', {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'database' },
    data: { password: Buffer.from(canary).toString('base64') },
  });
  const stack = new StackBench(() => server.admin, server.directory, 'priced');
  // What Infracost prints, for 100.50 by the resource; it keeps what it was given.
  const estimator = join(server.directory, 'estimator.mjs');
  writeFileSync(
    estimator,
    `import { copyFileSync, readFileSync } from 'node:fs';
copyFileSync('plan.json', process.env.COPY);
const { resource_changes = [] } = JSON.parse(readFileSync('plan.json', 'utf8'));
const { length } = resource_changes.filter(({ change }) => change.actions.includes('create'));
const totals = { totalMonthlyCost: String(1000 + 100.5 * length), diffTotalMonthlyCost: String(100.5 * length) };
console.log(JSON.stringify({ version: '0.2', currency: 'USD', ...totals }));
`,
  );
  const seen = join(server.directory, 'seen.json');
  const spec = {
    cost: { command: [process.execPath, estimator], approvalAbove: '150' },
    environment: [{ name: 'COPY', value: seen }],
    variables: [{ name: 'password', secretKeyRef: { name: 'database', key: 'password' } }],
  };
  const variable = 'variable "password" {}\n';
  stack.write({ 'main.tf': variable + item('a', 'var.password') });
  await stack.declare(spec);
  const first = await stack.reaches('Applied');
  match(await stack.plan(), /\nCost: 1100\.50 USD a month, \+100\.50\n$/);
  match(await stack.plan('?form=markdown'), /\n\*\*Cost:\*\* 1100\.50 USD a month, \+100\.50\n$/);
  ok(!readFileSync(seen, 'utf8').includes(canary));
  match(readFileSync(seen, 'utf8'), /terraform_data\.a/);
  stack.write({ 'main.tf': variable + ['a', 'b', 'c'].map((name) => item(name, '1')).join('') });
  const waiting = await stack.reaches('WaitingForApproval', textAt(first, 'status', 'run'));
  match(textAt(conditionOf(waiting, 'Ready'), 'message'), /cost 1201\.00 USD a month, \+201\.00/);
  await stack.approve(server.as('lee', ['system:masters']));
  const second = await stack.reaches('Applied');
  stack.write({ 'main.tf': variable + ['a', 'b', 'c', 'd'].map((name) => item(name, '1')).join('') });
  await stack.declare({ ...spec, cost: { command: ['no-such-estimator'], approvalAbove: '150' } });
  const unknown = await stack.reaches('WaitingForApproval', textAt(second, 'status', 'run'));
  match(textAt(unknown, 'status', 'plan', 'cost', 'problem'), /there is no such program.*PATH/);
  match(textAt(conditionOf(unknown, 'Ready'), 'message'), /cost not known: cannot run no-such-estimator/);
});
