import { listAt, memberOf, numberAt, textAt } from '../api/json.ts';

/** The run of a stack as the API tells it: what commands need of it. Texts that are not there are empty. */
export interface ShownRun {
  readonly name: string;
  readonly phase: string;
  readonly isFinished: boolean;
  /** `apply`, `destroy` or `drift`. */
  readonly mode: string;
  /** Whether its plan waits for approval, whatever the stack says. */
  readonly asks: boolean;
  /** Who asked for it, and so cannot approve it. */
  readonly author: string;
  /** What is under way. */
  readonly step: string;
  readonly startedAt: string;
  /** How long its apply took; undefined unless it has ended. */
  readonly applyMs: number | undefined;
  /** The approval that it waits for. */
  readonly waiting: ShownWaiting | undefined;
  readonly error: { readonly code: string; readonly message: string };
  /** What it came to; its texts are empty unless it succeeded. */
  readonly output: {
    readonly outcome: string;
    readonly serial: number | undefined;
    readonly resources: number | undefined;
    readonly outputs: unknown;
  };
}

/** An approval that a run waits for. */
export interface ShownWaiting {
  readonly digest: string;
  /** Groups that are asked; none: anybody but the author. */
  readonly groups: readonly string[];
  readonly count: number;
  readonly have: number;
  /** When the plan is given up. */
  readonly until: string;
}

const finalPhases: ReadonlySet<string> = new Set(['Succeeded', 'Failed', 'Canceled']);

/** Reads a Run. */
export function shownRun(body: unknown): ShownRun {
  const status = memberOf(body, 'status');
  const phase = textAt(status, 'phase') || 'Pending';
  const steps = listAt(status, 'steps');
  const waiting = listAt(status, 'waitingFor').find((one) => textAt(one, 'digest') !== '');
  const isFinished = finalPhases.has(phase);
  return {
    name: textAt(body, 'metadata', 'name'),
    phase,
    isFinished,
    mode: textAt(body, 'spec', 'input', 'mode'),
    asks: memberOf(body, 'spec', 'input', 'ask') === true,
    author: textAt(body, 'spec', 'requestedBy', 'username'),
    step: textAt(
      steps.findLast((one) => textAt(one, 'state') === 'Running'),
      'name',
    ),
    startedAt: textAt(status, 'startedAt'),
    applyMs: spanOf(steps.find((one) => textAt(one, 'name') === 'apply')),
    waiting:
      waiting === undefined || isFinished
        ? undefined
        : {
            digest: textAt(waiting, 'digest'),
            groups: listAt(waiting, 'groups').filter((one) => typeof one === 'string'),
            count: numberAt(waiting, 'count') ?? 1,
            have: numberAt(waiting, 'have') ?? 0,
            until: textAt(waiting, 'until'),
          },
    error: { code: textAt(status, 'error', 'code'), message: textAt(status, 'error', 'message') },
    output: {
      outcome: textAt(status, 'output', 'outcome'),
      serial: numberAt(status, 'output', 'serial'),
      resources: numberAt(status, 'output', 'resources'),
      outputs: memberOf(status, 'output', 'outputs'),
    },
  };
}

function spanOf(step: unknown): number | undefined {
  const ms = Date.parse(textAt(step, 'finishedAt')) - Date.parse(textAt(step, 'startedAt'));
  return Number.isNaN(ms) ? undefined : ms;
}
