import type { Run } from '@plinth/kernel';
import { parsePlan, renderPlan } from '@plinth/terraform-plan';
import type { ConfigurationVersion } from '../stack/configuration-version-kind.ts';
import type { StackParts } from '../stack/open-stacks.ts';
import { costLine } from '../stack/plan-cost.ts';
import { type StackOutput, shortRevision } from '../stack/stack-fields.ts';
import { findingText } from '../stack/stack-judge.ts';
import { isStackRunOutput } from '../stack/stack-status.ts';
import { isAsked, type RemoteView, stepOf } from './remote-run.ts';
import type { Transcripts } from './transcripts.ts';

/** What a log is made of. */
export interface RemoteLog {
  readonly run: Run;
  readonly configuration: ConfigurationVersion | undefined;
  readonly view: RemoteView;
  readonly transcripts: Transcripts;
  readonly parts: StackParts;
}

/** Where a log begins and ends, for clients. Spec: github.com/hashicorp/go-tfe, LogReader. */
const [startOfText, endOfText] = ['\u0002', '\u0003'];

// A client asks by the place of bytes: both logs only ever grow, each part coming when all before it is complete.

/** The log of a plan: what the program says, and then the plan as people read it, or what went wrong. */
export async function planLog({ run, configuration, view, transcripts, parts }: RemoteLog): Promise<Buffer> {
  if (view.plan === 'pending') return Buffer.from(startOfText);
  const { uid, name, namespace = '' } = run.metadata;
  const revision = shortRevision(configuration?.spec.revision ?? '');
  const head = `${startOfText}Run ${namespace}/${name}, configuration ${revision}\nInitializing providers and modules...\n\n`;
  const said = await transcripts.read(uid, 'plan');
  const pieces: (Buffer | string)[] = [head, said];
  if (view.plan === 'finished') {
    pieces.push('\n', await planText(run, configuration, parts), endOfText);
  } else if (view.isOver) pieces.push(failureText(run, said), endOfText);
  return joined(pieces);
}

/**
 * The log of an apply: whom it waits for, what the program says, and what has come of it. Clients leave out the first three lines,
 * which they take for those of the plan.
 */
export async function applyLog({ run, view, transcripts }: RemoteLog): Promise<Buffer> {
  const { name, namespace = '', uid } = run.metadata;
  if (view.plan !== 'finished' || !(isAsked(run) || view.apply !== 'pending'))
    return Buffer.from(startOfText);
  const pieces: (Buffer | string)[] = [`${startOfText}Run ${namespace}/${name}\n\n\n`];
  const asked = stepOf(run, 'approve');
  if (asked !== undefined) {
    pieces.push(`Waiting for approval by somebody else: plinth approve run/${name} -n ${namespace}\n`);
    if (asked === 'Done') pieces.push('Approved.\n\n');
  }
  const said = await transcripts.read(uid, 'apply');
  pieces.push(said);
  if (view.isOver)
    pieces.push(view.status === 'applied' ? outputsText(run) : failureText(run, said), endOfText);
  return joined(pieces);
}

/** What policies found, as people read it. */
export function policyText(configuration: ConfigurationVersion | undefined): string {
  const {
    verdict = '',
    denied = 0,
    warned = 0,
    waived = 0,
    findings = [],
  } = configuration?.status?.plan?.policy ?? {};
  const counts = `${denied} denied, ${warned} warned of, ${waived} waived`;
  const rest = denied + warned + waived - findings.length;
  const more = rest > 0 ? [`and ${rest} more`] : [];
  const lines = findings.map((one) => `- ${one.effect} ${findingText(one)}`);
  return [`The plan is ${verdict}: ${counts}`, '', ...lines, ...more, ''].join('\n');
}

async function planText(
  { metadata: { namespace = '', uid } }: Run,
  configuration: ConfigurationVersion | undefined,
  parts: StackParts,
): Promise<string> {
  const plan = configuration?.status?.plan;
  if (!configuration || !plan) return 'The plan is not kept any more.\n';
  try {
    const redacted = parsePlan(await parts.work.view(uid, plan.view));
    const title = `Stack ${namespace}/${configuration.spec.stack} at ${shortRevision(plan.revision)}`;
    return `${renderPlan(redacted, { form: 'text', title }).trimEnd()}\n${costLine(plan.cost, 'text')}`;
  } catch (error) {
    // The runs of a stack that are kept are bounded.
    if (error instanceof RangeError) return 'The plan is not kept any more.\n';
    throw error;
  }
}

function failureText({ status, metadata }: Run, said: Buffer): string {
  if (status?.phase === 'Canceled') return `\nRun ${metadata.name} was cancelled.\n`;
  // What the program found wrong stands above.
  const isSaid =
    said.includes('Error: ') && ['PlanFailed', 'ApplyFailed'].includes(status?.error?.code ?? '');
  return isSaid ? '' : `\nError: ${status?.error?.code ?? 'Failed'}: ${status?.error?.message ?? ''}\n`;
}

function outputsText({ status }: Run): string {
  const outputs = isStackRunOutput(status?.output) ? status.output.outputs : [];
  if (outputs.length === 0) return '';
  return ['\nOutputs:\n', ...outputs.map(outputText), ''].join('\n');
}

function outputText({ name, value, sensitive }: StackOutput): string {
  if (sensitive) return `${name} = <sensitive>`;
  return `${name} = ${value ?? '(long; terraform output shows it)'}`;
}

function joined(pieces: readonly (Buffer | string)[]): Buffer {
  return Buffer.concat(pieces.map((piece) => (typeof piece === 'string' ? Buffer.from(piece) : piece)));
}
