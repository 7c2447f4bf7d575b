import { flushCompileCache } from 'node:module';
import { type Kernel, startKernel, systemClock, systemRandom } from '@plinth/kernel';
import { capabilities } from '../capabilities.ts';
import { type Invocation, isSet, valueOf } from '../cli/command.ts';
import { reportOf, UsageFailure } from '../cli/failure.ts';
import { dataDirectoryOf } from '../cli/place.ts';
import type { Terminal } from '../cli/terminal.ts';
import { programVersion } from '../cli/version.ts';
import { ClockRecord, describeSetBack, judgeClock } from '../up/clock-record.ts';
import { Screen } from '../up/screen.ts';
import { explainStart } from '../up/start-failure.ts';
import { StopSignal } from '../up/stop-signal.ts';
import { applyWorkspace, awaitWorkspaces, type WorkspaceChoice } from '../up/workspace-apply.ts';
import { workspaceRequest } from '../up/workspace-source.ts';

const defaultPort = 7443;
/** How long the screen waits for the workspace; the control plane serves meanwhile. */
const workspaceWaitMs = 3_000;
/** Stopping takes at most this long. */
const stopMsMax = 4_500;
/** When the machine has time again after the start. */
const writeCodeAfterMs = 1_500;

interface Settings {
  readonly dataDirectory: string;
  readonly host: string;
  readonly port: number;
  readonly workspace: WorkspaceChoice;
}

/** Starts the control plane and runs it until it is asked to stop. */
export async function run(invocation: Invocation): Promise<number> {
  const { terminal } = invocation;
  const settings = settingsOf(invocation);
  const screen = new Screen(terminal, settings);
  const stop = new StopSignal((signal) => {
    terminal.note(`plinth: ${signal} again: stopped at once; everything acknowledged is stored`);
    process.exit(signal === 'SIGINT' ? 130 : 143);
  });
  screen.header(programVersion());
  const clock = clockVerdict(settings.dataDirectory);
  const kernel = await start(settings, terminal);
  const record = new ClockRecord(settings.dataDirectory, systemClock, (verdict) => {
    terminal.failure(reportOf(Object.assign(new Error(), describeSetBack(verdict))));
  });
  try {
    screen.store(kernel.store.stats(), kernel.store.health());
    if (clock) screen.clock(clock);
    screen.ready(kernel.url, kernel.kubeconfigPath);
    await showWorkspaces(kernel, settings, screen, stop);
    if (!stop.signal.aborted) screen.hints();
    setTimeout(flushCompileCache, writeCodeAfterMs).unref();
    await stop.asked();
  } finally {
    await close(kernel, terminal);
    record.stop();
  }
  screen.stopped(String(stop.signal.reason));
  return 0;
}

function settingsOf(invocation: Invocation): Settings {
  const text = valueOf(invocation, 'port') ?? String(defaultPort);
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (!(port <= 65_535)) {
    throw new UsageFailure(
      `--port cannot be "${text}"`,
      'choose a number from 1 to 65535, or 0 for any free port',
    );
  }
  const [workspace] = invocation.positionals;
  const isNone = isSet(invocation, 'no-workspace');
  if (isNone && workspace !== undefined) {
    throw new UsageFailure('a workspace is given together with --no-workspace', 'leave one of the two away');
  }
  return {
    dataDirectory: dataDirectoryOf(invocation),
    host: valueOf(invocation, 'host') ?? '127.0.0.1',
    port,
    workspace:
      workspace !== undefined
        ? { type: 'given', request: workspaceRequest(workspace) }
        : { type: isNone ? 'none' : 'default' },
  };
}

async function start(settings: Settings, terminal: Terminal): Promise<Kernel> {
  const { dataDirectory, host, port } = settings;
  try {
    return await startKernel({
      dataDirectory,
      host,
      port,
      version: programVersion(),
      capabilities,
      clock: systemClock,
      random: systemRandom,
      onFault: (what, error) => terminal.failure(faultOf(what, error)),
    });
  } catch (error) {
    throw explainStart(error, { host, port });
  }
}

function faultOf(what: string, error: unknown): ReturnType<typeof reportOf> {
  const report = reportOf(error);
  return { ...report, message: `${what}: ${report.message}` };
}

function clockVerdict(dataDirectory: string): ReturnType<typeof describeSetBack> | undefined {
  const verdict = judgeClock(dataDirectory, systemClock.now());
  return verdict.state === 'set-back' ? describeSetBack(verdict) : undefined;
}

async function showWorkspaces(
  kernel: Kernel,
  settings: Settings,
  screen: Screen,
  stop: StopSignal,
): Promise<void> {
  if (!kernel.store.health().writable) return;
  const request = await applyWorkspace(kernel, settings.dataDirectory, settings.workspace);
  const states = await awaitWorkspaces(kernel, new Map(request ? [[request.name, request.title]] : []), {
    waitMs: workspaceWaitMs,
    signal: stop.signal,
    seen: (state) => screen.workspaceProgress(state),
  });
  if (!stop.signal.aborted) screen.workspaces(states);
}

async function close(kernel: Kernel, terminal: Terminal): Promise<void> {
  const late = setTimeout(() => {
    terminal.note(
      `plinth: not stopped after ${stopMsMax / 1000} s: ended all the same; everything acknowledged is stored`,
    );
    process.exit(1);
  }, stopMsMax);
  await kernel.close();
  clearTimeout(late);
}
