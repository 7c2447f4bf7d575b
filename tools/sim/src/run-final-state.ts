import type { Run } from '@plinth/kernel';
import type { Core } from '@plinth/kernel/testing';
import { invariant } from './invariant.ts';
import type { RunHistory } from './run-history.ts';
import type { Outside } from './run-outside.ts';
import { type ApprovalNode, allSteps, ownNodes, type Script } from './run-script.ts';
import type { SimulatedDisk } from './simulated-disk.ts';

/** Everything that the checks look at, once all runs should have ended. */
export interface RunFinalState {
  readonly core: Core;
  readonly disk: SimulatedDisk;
  readonly history: RunHistory;
  readonly outside: Outside;
  readonly scripts: ReadonlyMap<string, Script>;
  readonly acknowledged: ReadonlySet<string>;
}

/**
 * Checks that every run has come to an end that it may have, and that what is outside agrees with it.
 *
 * @throws Violation naming the run and what is wrong with it
 */
export function checkRuns(state: RunFinalState): void {
  for (const id of state.acknowledged) {
    invariant(state.history.run(id) !== undefined, `run ${id} was acknowledged and is lost`);
  }
  for (const script of state.scripts.values()) {
    const run = state.history.run(script.id);
    if (run) checkRun(state, script, run);
    else checkNothing(state, script);
  }
  const { queued, active } = state.core.runs.counts;
  invariant(
    queued + active === 0,
    `${queued} runs wait for a worker and ${active} hold one, and all have ended`,
  );
  const left = state.disk.rows.filter(({ key }) => /\/runjournals\//.test(key));
  const there = new Map(left.map(({ key, deleted }) => [key, deleted]));
  for (const [key, deleted] of there) invariant(deleted, `the journal ${key} is left behind`);
}

function checkNothing({ outside }: RunFinalState, { id, steps }: Script): void {
  for (const step of steps)
    invariant(outside.of(step).begun === 0, `${step.id} began, and there is no run ${id}`);
}

function checkRun(state: RunFinalState, script: Script, run: Run): void {
  const { phase } = run.status ?? {};
  const what = `run ${script.id}, ${phase}`;
  invariant(state.history.isFinished(script.id), `${what}: does not end: ${JSON.stringify(run.status)}`);
  if (phase === 'Succeeded') checkSuccess(state, script, run);
  else {
    checkCause(state, script, run);
    checkTakenBack(state, script, run);
  }
}

/** All effects happened, nothing was taken back, and the output is made of them. */
function checkSuccess({ outside, history }: RunFinalState, script: Script, run: Run): void {
  const steps = allSteps(script.nodes);
  for (const step of steps)
    invariant(outside.of(step).acts > 0, `run ${script.id} succeeds without ${step.id}`);
  invariant(!outside.isUndone(script), `run ${script.id} succeeds although it was taken back`);
  for (const node of approvalsOf(script)) {
    invariant(history.wasApproved(node), `run ${script.id} succeeds without the approval ${node.id}`);
  }
  const expected = JSON.stringify(steps.map((step) => outside.of(step).what));
  const output = JSON.stringify(run.status?.output);
  invariant(output === expected, `run ${script.id} answers ${output}, not ${expected}`);
}

/** There was a reason for the end, and it is the one that is told. */
function checkCause(state: RunFinalState, script: Script, run: Run): void {
  const { history } = state;
  const { phase, error } = run.status ?? {};
  const nodes = ownNodes(script.nodes);
  const childCodes = nodes.flatMap((node) =>
    node.do === 'child' ? [history.run(node.script.id)?.status?.error?.code] : [],
  );
  const what = `run ${script.id} is ${phase} with ${JSON.stringify(error)}`;
  const isCancelled = run.spec.cancel === true;
  const step = nodes.find((node) => 'id' in node && node.id === error?.step);
  const isOfChild = childCodes.includes(error?.code) && (step === undefined || step.do === 'child');
  if (isOfChild) return;
  switch (error?.code) {
    case 'Canceled':
      invariant(isCancelled && phase === 'Canceled', `${what}, and nobody wanted that`);
      return;
    case 'StepFailed':
      invariant(step?.do === 'step' && step.isFatal, `${what}, which is no step that fails for good`);
      return;
    case 'ApprovalRejected':
      invariant(step?.do === 'approval' && history.wasRejected(step), `${what}, and nobody rejected it`);
      return;
    case 'ApprovalExpired':
      invariant(step?.do === 'approval' && step.expiresInMs !== undefined, `${what}, which never expires`);
      return;
    case 'Uncertain':
      invariant(step?.do === 'step' && step.once === 'ask', `${what}, which is a step that may be repeated`);
      return;
    case 'Timeout': {
      const isOfWait = step?.do === 'wait' && step.timeoutMs !== undefined;
      const isOfFatal = step?.do === 'step' && step.isFatal;
      invariant(
        isOfWait || isOfFatal || run.spec.timeoutSeconds !== undefined,
        `${what}, without a time limit`,
      );
      return;
    }
    default:
      invariant(false, `${what}, which is no reason`);
  }
}

/** Every step that was done, and can be taken back, is; under one key, however often it took. */
function checkTakenBack({ outside }: RunFinalState, script: Script, run: Run): void {
  const listed = new Map((run.status?.steps ?? []).map((step) => [step.name, step.state]));
  for (const step of script.steps) {
    const { acts, undos } = outside.of(step);
    const isDone = listed.get(step.id) === 'Done';
    invariant(!isDone || acts > 0, `run ${script.id} lists ${step.id} as done, and it never happened`);
    const mustGo = isDone && step.isCompensable;
    invariant(
      !mustGo || undos > 0,
      `run ${script.id} is ${run.status?.phase}, and ${step.id} is not taken back`,
    );
    invariant(step.isCompensable || undos === 0, `${step.id} is taken back, and cannot be`);
    const isUnlisted = !listed.has(step.id) && (run.status?.stepsBefore ?? 0) > 0;
    invariant(isDone || isUnlisted || undos === 0, `${step.id} was not done, and is taken back`);
  }
}

function approvalsOf(script: Script): ApprovalNode[] {
  return ownNodes(script.nodes).filter((node): node is ApprovalNode => node.do === 'approval');
}
