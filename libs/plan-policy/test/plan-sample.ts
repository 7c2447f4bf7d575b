import { type Plan, parsePlan } from '@plinth/terraform-plan';
import { type Check, compileChecks, type Evaluation, evaluateChecks, type Waiver } from '../src/index.ts';

/** A change of a plan; `x_bucket.a` is created unless it says something else. */
export function change(change: object, more: object = {}): object {
  return {
    address: 'x_bucket.a',
    mode: 'managed',
    type: 'x_bucket',
    name: 'a',
    provider_name: 'registry.terraform.io/x/x',
    ...more,
    change: {
      actions: ['create'],
      before: null,
      after: {},
      after_unknown: {},
      before_sensitive: {},
      after_sensitive: {},
      ...change,
    },
  };
}

/** A plan of these changes. */
export function planOf(changes: readonly object[], more: object = {}): Plan {
  return parsePlan(
    Buffer.from(
      JSON.stringify({
        format_version: '1.2',
        terraform_version: '1.11.4',
        resource_changes: changes,
        ...more,
      }),
    ),
  );
}

/** A check that asks for `assert`. */
export function check(assert: string, more: Partial<Check> = {}): Check {
  return { name: 'it', title: 'It is right.', severity: 'high', remedy: 'Make it right.', assert, ...more };
}

/** What checks say. */
export function evaluate(
  checks: Check | readonly Check[],
  plan: Plan,
  waivers: readonly Waiver[] = [],
  nowMs = 1_000,
): Evaluation {
  const compiled = compileChecks('assert' in checks ? [checks] : checks);
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.faults));
  return evaluateChecks(compiled.checks, plan, { nowMs, waivers });
}

/** What one check says of one change: `pass` when it finds nothing wrong. */
export function verdictOf(assert: string, after: object, afterUnknown: object = {}): string {
  const { findings } = evaluate(check(assert), planOf([change({ after, after_unknown: afterUnknown })]));
  return findings[0]?.verdict ?? 'pass';
}
