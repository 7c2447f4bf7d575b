// Says what PlanPolicy files find in a plan, without a control plane:
//
//   node tools/judge-plan/main.ts PLAN.json POLICY.yaml...
//
// PLAN.json is what `terraform show -json` prints. Ends with 1 when a critical or high check fails or cannot be worked out, and with 2
// when a policy is not right.

import { readFileSync } from 'node:fs';
import { formatManifestError, parseManifests } from '@plinth/manifest';
import { type Check, type CompiledCheck, compileChecks, evaluateChecks } from '@plinth/plan-policy';
import { parsePlan } from '@plinth/terraform-plan';

const [planFile = '', ...policyFiles] = process.argv.slice(2);
const { findings, passed } = evaluateChecks(
  policyFiles.flatMap(checksIn),
  parsePlan(readFileSync(planFile)),
  {
    nowMs: Date.now(),
  },
);
for (const { verdict, severity, check, address, message, unknown, remedy } of findings) {
  const why = unknown.length > 0 ? ` (known after apply: ${unknown.join(', ')})` : '';
  console.log(
    `${verdict.padEnd(7)} ${severity.padEnd(8)} ${check}  ${address}\n        ${message}${why}\n        ${remedy}`,
  );
}
console.log(`${passed} passed, ${findings.length} did not`);
const isDenied = findings.some(
  ({ severity, verdict }) => verdict !== 'unknown' && (severity === 'critical' || severity === 'high'),
);
process.exitCode = isDenied ? 1 : 0;

/** The checks of the policies in a file. */
function checksIn(file: string): CompiledCheck[] {
  const { documents, errors } = parseManifests(readFileSync(file, 'utf8'), { file });
  for (const error of errors) refuse(formatManifestError(error));
  return documents.flatMap(({ value }) => {
    const { spec } = value as { readonly spec?: { readonly checks?: readonly Check[] } };
    const compiled = compileChecks(spec?.checks ?? []);
    if (compiled.ok) return compiled.checks;
    return refuse(
      compiled.faults.map((fault) => `${file}: spec.checks${fault.field}: ${fault.message}`).join('\n'),
    );
  });
}

function refuse(message: string): never {
  console.error(message);
  process.exit(2);
}
