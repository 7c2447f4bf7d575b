import { canonicalJson, childOf, isList, isRecord, SecretSet, type Value } from '@plinth/terraform-json';
import { type Plan, planDigest, printJson, redactPlan, renderPlan, summarize } from '@plinth/terraform-plan';
import { destructiveShownMax } from '../limits.ts';

/** What is told of a plan. Nothing of it is secret. */
export interface PlanFacts {
  readonly outcome: ReturnType<typeof summarize>['outcome'];
  /** What it would do, in figures. */
  readonly headline: string;
  /** Addresses of what it would delete or replace: the first 20. */
  readonly destructive: readonly string[];
  readonly destructiveCount: number;
  /** Resources that were changed outside. */
  readonly drift: readonly string[];
  /** Of exactly what it would do. */
  readonly digest: string;
  readonly programVersion: string;
}

/** What a plan was made with. */
export interface PlanContext {
  /** Key of the digest. */
  readonly key: Uint8Array;
  readonly secrets: readonly string[];
  /** Input variables that are secrets. */
  readonly secretVariables: Readonly<Record<string, Value>>;
  /** Names of all input variables that were given. */
  readonly variableNames: readonly string[];
}

/** What was found in a plan. */
export interface PlanAnalysis {
  readonly facts: PlanFacts;
  /** The plan as JSON, without secrets. */
  readonly redacted: string;
  /** What is wrong with the variables that it was made with, for people; empty when nothing is. */
  readonly problems: readonly string[];
}

/** Looks through a plan. */
export function analyzePlan(plan: Plan, context: PlanContext): PlanAnalysis {
  const redacted = redactPlan(plan, context.secrets);
  const { outcome, destructive, drift } = summarize(redacted);
  const [headline = ''] = renderPlan(redacted, { form: 'text', title: 'plan' }).split('\n', 1);
  return {
    facts: {
      outcome,
      headline: headline.replace(/^plan: /, ''),
      destructive: destructive.slice(0, destructiveShownMax).map(({ address }) => address),
      destructiveCount: destructive.length,
      drift,
      digest: planDigest(plan, context.key, context.secrets),
      programVersion: plan.terraformVersion ?? '',
    },
    redacted: printJson(redacted.document),
    problems: variableProblems(plan.document['configuration'], plan.variables, context),
  };
}

function variableProblems(
  configuration: Value | undefined,
  used: ReadonlyMap<string, Value>,
  { variableNames, secretVariables }: PlanContext,
): string[] {
  const declared = childOf(childOf(configuration, 'root_module'), 'variables');
  const names = new Set(isRecord(declared) ? Object.keys(declared) : []);
  const unknown = variableNames
    .filter((name) => !names.has(name))
    .map((name) => `spec.variables: the configuration declares no variable ${name}`);
  const overridden = Object.entries(secretVariables)
    .filter(([name, value]) => names.has(name) && !isSame(used.get(name), value))
    .map(
      ([name]) =>
        `spec.variables: a file of the source sets ${name}, too, and goes before the Secret: take it out there`,
    );
  return [...unknown, ...overridden];
}

/** Terraform converts what it is given to the type of the variable: a text may have become a number. */
function isSame(used: Value | undefined, given: Value): boolean {
  // What has parts may have got others by its type, and no plan has the value of an ephemeral variable.
  if (isRecord(given) || isList(given) || used === undefined) return true;
  const text = (value: Value): string => (typeof value === 'string' ? value : canonicalJson(value));
  return text(used) === text(given);
}

/** A text without the secrets in it. */
export function withoutSecrets(text: string, secrets: readonly string[]): string {
  const known = new SecretSet();
  for (const secret of secrets) known.add(secret);
  return known.replaceIn(text, () => '(sensitive)');
}
