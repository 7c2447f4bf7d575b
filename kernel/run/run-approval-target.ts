import type { ApprovalTargetRef } from '../approval/approval-kind.ts';
import type { ApprovalTarget } from '../approval/approval-targets.ts';
import { isFinished, type Run } from './run-kind.ts';

/** A run as something that waits for decisions: the step that is named, or the only one that waits. */
export function approvalTargetOf(run: Run | undefined, ref: ApprovalTargetRef): ApprovalTarget | undefined {
  if (!run) return undefined;
  const { uid } = run.metadata;
  const author = run.spec.requestedBy?.username ?? '';
  const asked = (run.status?.waitingFor ?? []).filter((one) => one.for === 'Approval');
  const waiting =
    ref.step === undefined && asked.length === 1 ? asked[0] : asked.find(({ step }) => step === ref.step);
  if (waiting?.digest === undefined || isFinished(run)) {
    const phase = run.status?.phase ?? 'Pending';
    const closed =
      ref.step === undefined ? `${phase} and waits for no approval` : `not waiting for ${ref.step}`;
    return { uid, digest: '', author, demands: [], closed };
  }
  return { uid, digest: waiting.digest, author, demands: [{ groups: waiting.groups ?? [] }] };
}
