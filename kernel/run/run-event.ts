import type { EventInput } from '../control/events.ts';
import type { Run } from './run-kind.ts';

/** What to tell people about where a run now stands; undefined when its status is enough. */
export function eventOf(run: Run): EventInput | undefined {
  const { phase, error, waitingFor } = run.status ?? {};
  switch (phase) {
    case 'Failed':
      return {
        object: run,
        type: 'Warning',
        reason: error?.code ?? 'Failed',
        message: error?.message ?? 'failed',
      };
    case 'Refused':
      return {
        object: run,
        type: 'Warning',
        reason: error?.code ?? 'Refused',
        message: error?.message ?? 'refused',
      };
    case 'Canceled':
      return {
        object: run,
        type: 'Normal',
        reason: 'Canceled',
        message: error?.message ?? 'the run was cancelled',
      };
    case 'Waiting': {
      const approval = waitingFor?.find((one) => one.for === 'Approval');
      if (!approval) return undefined;
      const message = `${approval.message}; ${approval.command ?? ''}`;
      return { object: run, type: 'Normal', reason: 'ApprovalNeeded', message };
    }
    default:
      return undefined;
  }
}
