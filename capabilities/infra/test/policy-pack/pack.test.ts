import { deepEqual, equal, ok } from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { planPolicyErrors } from '../../src/policy/validate-policy.ts';
import { type Cloud, cloudNames, packFolder, policiesOf, samplesOf } from './pack.ts';

const titles: Readonly<Record<Cloud, string>> = { azure: 'Azure', aws: 'AWS', google: 'Google Cloud' };

test('the shipped policies are right, and have at least 60 checks', () => {
  const all = cloudNames.flatMap((cloud) => policiesOf(cloud).map((policy) => ({ cloud, policy })));
  for (const { cloud, policy } of all) {
    deepEqual(planPolicyErrors(policy.spec), [], policy.metadata.name);
    ok(policy.metadata.name.startsWith(`${cloud}-`));
    ok(policy.metadata.annotations?.['policies.plinth.dev/description']?.endsWith('.'), policy.metadata.name);
    for (const { name } of policy.spec.checks) ok(name.startsWith(`${cloud}-`), name);
  }
  const names = all.flatMap(({ policy }) => policy.spec.checks.map(({ name }) => name));
  equal(new Set(names).size, names.length, 'each name stands for one check');
  ok(names.length >= 60, String(names.length));
});

test('each check has a sample that passes and one that fails, and no sample is of nothing', () => {
  for (const cloud of cloudNames) {
    const names = policiesOf(cloud).flatMap(({ spec }) => spec.checks.map(({ name }) => name));
    const samples = samplesOf(cloud);
    deepEqual([...new Set(samples.map(({ check }) => check))].sort(), names.sort());
    for (const name of names) {
      const own = samples.filter(({ check }) => check === name).map(({ outcome }) => outcome);
      ok(own.includes('pass') && own.includes('fail'), name);
    }
  }
});

/** The tables of the README: UPDATE=1 writes them again. */
test('the README lists each check with its remedy', () => {
  const path = join(packFolder, 'README.md');
  const readme = readFileSync(path, 'utf8');
  const [prose = ''] = readme.split(/^## Azure$/m);
  const whole = `${prose}${cloudNames.map(tableOf).join('\n')}`;
  if (process.env['UPDATE'] === '1') writeFileSync(path, whole);
  else equal(readme, whole, 'UPDATE=1 writes the tables again');
});

function tableOf(cloud: Cloud): string {
  const rows = policiesOf(cloud).flatMap(({ metadata, spec }) => {
    const file = `${cloud}/${metadata.name.slice(cloud.length + 1)}.yaml`;
    return [
      `### [${metadata.name}](${file})`,
      '',
      '| Check | Severity | What it asks | Remedy |',
      '| --- | --- | --- | --- |',
      ...spec.checks.map(
        ({ name, severity, title, remedy }) =>
          `| [${name}](${cloud}/samples/${name}) | ${severity} | ${title} | ${remedy.replaceAll('|', '\\|')} |`,
      ),
      '',
    ];
  });
  return [`## ${titles[cloud]}`, '', ...rows].join('\n');
}
