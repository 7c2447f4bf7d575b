import type { Clock } from './clock.ts';
import { groupMembers, markedProcesses, type ProcessEntry, processEntry } from './process-table.ts';
import type { ProcessRecord, StopSignal } from './processes.ts';

/** Milliseconds between looks at processes that should end; it doubles up to the second. */
const lookMsMin = 10;
const lookMsMax = 200;
/** Milliseconds after SIGKILL in which the operating system takes a process away, unless it hangs there. */
const killedMs = 5_000;
/** Milliseconds between looks at a process that was sent SIGKILL. */
const starterMs = 2;

/** Which processes are to be ended. */
export interface Targets {
  /** A process group that surely belongs to the program. */
  readonly group?: number;
  /** Also all that carry this mark. */
  readonly mark?: string;
  /** What asks them to end; SIGTERM unless told. */
  readonly stopSignal?: StopSignal | undefined;
}

/** What is left, and what was signalled. */
export interface Ending {
  readonly survivors: readonly number[];
  readonly signalled: readonly number[];
}

/**
 * Ends processes: the stop signal to all, SIGKILL after the grace to those that are left, until none lives. What they start
 * meanwhile is ended with them. Zombies count as dead: whoever should ask after them may never do it.
 *
 * @param graceMs milliseconds between the two signals
 */
export async function endProcesses(clock: Clock, targets: Targets, graceMs: number): Promise<Ending> {
  const startedMs = clock.monotonic();
  const signalled = new Set<number>();
  for (let lookMs = lookMsMin; ; lookMs = Math.min(lookMs * 2, lookMsMax)) {
    const living = await find(targets, signalled.size === 0);
    const passedMs = clock.monotonic() - startedMs;
    if (living.length === 0 || passedMs > graceMs + killedMs) {
      return { survivors: living.map(({ pid }) => pid), signalled: [...signalled] };
    }
    const name = passedMs < graceMs ? (targets.stopSignal ?? 'SIGTERM') : 'SIGKILL';
    // A group takes its signal as one, so that none of its processes can start another in between and slip away.
    const hasGroup = living.some(({ group }) => group === targets.group);
    if (hasGroup && (signalled.size === 0 || name === 'SIGKILL')) signal(-(targets.group ?? 0), name);
    for (const entry of living) {
      const isTold = signalled.has(entry.pid) || (signalled.size === 0 && entry.group === targets.group);
      if ((!isTold || name === 'SIGKILL') && isSame(entry)) signal(entry.pid, name);
    }
    for (const { pid } of living) signalled.add(pid);
    await new Promise<void>((resolve) => {
      clock.after(passedMs < graceMs ? Math.min(lookMs, graceMs - passedMs) : lookMs, resolve);
    });
  }
}

/** Ends the process that was to start a program for a Plinth that is no more: it would start it yet, after it was looked for. */
export async function endStarter(clock: Clock, { starter }: ProcessRecord): Promise<void> {
  if (!starter) return;
  const isThere = (): boolean => processEntry(starter.pid)?.startTicks === starter.startTicks;
  const untilMs = clock.monotonic() + killedMs;
  while (isThere() && clock.monotonic() < untilMs) {
    send(starter.pid, 'SIGKILL');
    await new Promise<void>((resolve) => {
      clock.after(starterMs, resolve);
    });
  }
}

/** Whether any of them lives. */
export async function anyLives(targets: Targets): Promise<boolean> {
  return (await find(targets, true)).length > 0;
}

/** Whether anything lives in a group. */
export async function groupLives(group: number): Promise<boolean> {
  return send(-group, 0) && (process.platform !== 'linux' || (await groupMembers(group)).length > 0);
}

async function find({ group, mark }: Targets, isFirst: boolean): Promise<ProcessEntry[]> {
  if (process.platform !== 'linux') {
    // Without /proc there is only the group as a whole, under its own number; negative, as kill(2) takes groups.
    return group !== undefined && send(-group, 0) ? [{ pid: -group, group, startTicks: 0 }] : [];
  }
  const members = group !== undefined && send(-group, 0) ? await groupMembers(group) : [];
  // The environments of all processes are much to read: at first, and when nothing else is left.
  if (mark === undefined || (members.length > 0 && !isFirst)) return members;
  const marked = await markedProcesses(mark);
  const known = new Set(members.map(({ pid }) => pid));
  return [...members, ...marked.filter(({ pid }) => !known.has(pid))];
}

/** Whether the process is still there: the list is some milliseconds old, its number may be somebody else's by now. */
function isSame({ pid, startTicks }: ProcessEntry): boolean {
  return pid > 0 && processEntry(pid)?.startTicks === startTicks;
}

function signal(pid: number, name: StopSignal | 'SIGKILL'): void {
  // A stopped process only takes another signal than SIGKILL when it goes on.
  if (send(pid, name) && name !== 'SIGKILL') send(pid, 'SIGCONT');
}

/** Sends a signal. Returns false when nobody is there to take it, or it may not be sent. */
function send(pid: number, name: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, name);
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ESRCH' || error.code === 'EPERM')) {
      return error.code === 'EPERM' && name === 0;
    }
    throw error;
  }
}
