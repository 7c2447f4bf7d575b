import { deepEqual, ok } from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { KubeObject } from '@plinth/kernel';
import { type CompiledCheck, compileChecks, type Evaluation } from '@plinth/plan-policy';
import { parseAllDocuments } from 'yaml';
import { checksOf } from '../../src/policy/checks-of-spec.ts';
import { isPlanPolicy, type PlanPolicy } from '../../src/policy/plan-policy-kind.ts';

/** Where the shipped policies are. */
export const packFolder = join(import.meta.dirname, '../../../../blueprints/terraform-policies');

/** The clouds, and the name of the provider of each. */
export const clouds = { azure: 'azurerm', aws: 'aws', google: 'google' } as const;
export type Cloud = keyof typeof clouds;
export const cloudNames = Object.keys(clouds) as Cloud[];

/** What a sample has to be told. */
export const outcomes = ['pass', 'fail', 'unknown'] as const;
export type Outcome = (typeof outcomes)[number];

/** A configuration that a check judges. */
export interface Sample {
  readonly cloud: Cloud;
  readonly check: string;
  readonly outcome: Outcome;
  readonly file: string;
  readonly text: string;
}

/** The policies of a cloud. */
export function policiesOf(cloud: Cloud): PlanPolicy[] {
  const files = readdirSync(join(packFolder, cloud)).filter((name) => name.endsWith('.yaml'));
  return files.sort().flatMap((name) =>
    parseAllDocuments(readFileSync(join(packFolder, cloud, name), 'utf8')).map((document) => {
      deepEqual(document.errors, [], name);
      const value = document.toJS() as KubeObject;
      ok(isPlanPolicy(value), name);
      return value;
    }),
  );
}

/** The checks of a cloud, compiled. */
export function compiledChecksOf(cloud: Cloud): readonly CompiledCheck[] {
  const compiled = compileChecks(policiesOf(cloud).flatMap(({ spec }) => checksOf(spec)));
  if (!compiled.ok)
    throw new Error(compiled.faults.map(({ field, message }) => `${field}: ${message}`).join('\n'));
  return compiled.checks;
}

/** The samples of a cloud. */
export function samplesOf(cloud: Cloud): Sample[] {
  const folder = join(packFolder, cloud, 'samples');
  return readdirSync(folder)
    .sort()
    .flatMap((check) =>
      outcomes
        .map((outcome) => ({ cloud, check, outcome, file: join(folder, check, `${outcome}.tf`) }))
        .filter(({ file }) => existsSync(file))
        .map((one) => ({ ...one, text: readFileSync(one.file, 'utf8') })),
    );
}

/**
 * What a check says of the resources below an address: the worst that it says of any of them.
 * @param prefix of the addresses
 */
export function outcomeOf({ findings }: Evaluation, check: string, prefix: string): string {
  const verdicts = findings
    .filter((one) => one.check === check && one.address.startsWith(prefix))
    .map(({ verdict, message }) => (verdict === 'error' ? `error: ${message}` : verdict));
  const worst = verdicts.find((one) => one.startsWith('error')) ?? verdicts.find((one) => one === 'fail');
  return worst ?? verdicts[0] ?? 'pass';
}
