import { findingsShownMax } from '../limits.ts';
import type { PolicyFinding, PolicyJudgement } from '../policy/plan-judgement.ts';
import type { PolicySubject } from '../policy/plan-policies.ts';
import type { Stack, StackFinding } from './stack-fields.ts';

/** What policies said of a plan. */
export interface PlanVerdict {
  /** Names the policies and waivers that were in force. */
  readonly version: string;
  readonly verdict: 'allowed' | 'denied';
  readonly denied: number;
  readonly warned: number;
  readonly waived: number;
  /** What they found, the worst first: the first 20. */
  readonly findings: readonly StackFinding[];
}

/** Whose plans policies are asked about. */
export function subjectOf({ metadata }: Stack): PolicySubject {
  return { namespace: metadata.namespace ?? '', labels: metadata.labels ?? {} };
}

/** What is told of a judgement. */
export function verdictOf({ version, verdict, findings, counts }: PolicyJudgement): PlanVerdict {
  return {
    version,
    verdict,
    denied: counts.deny,
    warned: counts.warn,
    waived: counts.waived,
    findings: findings.slice(0, findingsShownMax).map(shownFinding),
  };
}

/** What was denied in a sentence, for a condition. */
export function denialText({ denied, findings }: PlanVerdict): string {
  const shown = findings.filter(({ effect }) => effect === 'deny').slice(0, 3);
  const more = denied > shown.length ? ` (and ${denied - shown.length} more)` : '';
  return `policies deny the plan: ${shown.map(findingText).join('; ')}${more}`;
}

function shownFinding(found: PolicyFinding): StackFinding {
  const { effect, severity, policy, check, title, verdict, address, message, remedy } = found;
  return { effect, severity, policy, check, title, verdict, address, message, remedy };
}

/** A finding in a sentence. */
export function findingText({
  severity,
  policy,
  check,
  verdict,
  address,
  message,
  remedy,
}: StackFinding): string {
  const at = address === '' ? 'the plan' : address;
  const said = message === '' ? '' : `: ${message.replace(/\.$/, '')}`;
  return `${severity} ${policy}/${check} ${verdict} at ${at}${said}. ${remedy}`;
}
