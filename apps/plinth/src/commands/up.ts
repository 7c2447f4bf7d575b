import { flushCompileCache } from 'node:module';
import { isIP } from 'node:net';
import type { Kernel, ProcessRole } from '@plinth/kernel';
import { systemClock } from '@plinth/kernel/clock';
import { type GroundOptions, openGround } from '@plinth/kernel/ground';
import { systemRandom } from '@plinth/kernel/random';
import { type Invocation, isSet, valueOf, valuesOf } from '../cli/command.ts';
import { reportOf, UsageFailure } from '../cli/failure.ts';
import { dataDirectoryOf } from '../cli/place.ts';
import type { Terminal } from '../cli/terminal.ts';
import { programVersion } from '../cli/version.ts';
import { websiteOnDemand } from '../portal/website-on-demand.ts';
import { ClockRecord, describeSetBack, judgeClock } from '../up/clock-record.ts';
import { databaseOf, describeDatabase, withPatience } from '../up/database.ts';
import { Screen } from '../up/screen.ts';
import { explainStart } from '../up/start-failure.ts';
import { StopSignal } from '../up/stop-signal.ts';
import type { WorkspaceChoice } from '../up/workspace-apply.ts';
import { workspaceRequest } from '../up/workspace-source.ts';

const defaultPort = 7443;
/** Spec: RFC 1123, section 2.1; a star may stand for the first label (RFC 6125, section 6.4.3). */
const hostNamePattern = /^(\*\.)?[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$/i;
const roles: readonly ProcessRole[] = ['all', 'api', 'controllers', 'workers'];
/** How long the screen waits for the workspace; the control plane serves meanwhile. */
const workspaceWaitMs = 3_000;
/** Stopping takes at most this long. */
const stopMsMax = 4_500;
/** When the machine has time again after the start. */
const writeCodeAfterMs = 1_500;

interface Settings {
  readonly dataDirectory: string;
  readonly host: string;
  readonly names: readonly string[];
  readonly port: number;
  readonly workspace: WorkspaceChoice;
  /** Absent: the embedded store. */
  readonly database: string | undefined;
  readonly role: ProcessRole;
  readonly keysDirectory: string | undefined;
}

/** Starts the control plane and runs it until it is asked to stop. */
export async function run(invocation: Invocation): Promise<number> {
  const { terminal } = invocation;
  const settings = settingsOf(invocation);
  const store = describeDatabase(settings.database);
  const screen = new Screen(terminal, { ...settings, store });
  const stop = new StopSignal((signal) => {
    terminal.note(`plinth: ${signal} again: stopped at once; everything acknowledged is stored`);
    process.exit(signal === 'SIGINT' ? 130 : 143);
  });
  screen.header(programVersion());
  const clock = clockVerdict(settings.dataDirectory);
  const kernel = await start(settings, terminal, stop.signal);
  const record = new ClockRecord(settings.dataDirectory, systemClock, (verdict) => {
    terminal.failure(reportOf(Object.assign(new Error(), describeSetBack(verdict))));
  });
  try {
    screen.store(kernel.store.stats(), kernel.store.health());
    if (clock) screen.clock(clock);
    const servesApi = kernel.roles.includes('api');
    screen.ready(kernel.url, servesApi ? kernel.kubeconfigPath : undefined);
    if (servesApi) {
      await showWorkspaces(kernel, settings, screen, stop);
      if (!stop.signal.aborted) screen.hints();
    }
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
    ...sharedOf(invocation),
    host: valueOf(invocation, 'host') ?? '127.0.0.1',
    names: namesOf(invocation),
    port,
    workspace:
      workspace !== undefined
        ? { type: 'given', request: workspaceRequest(workspace) }
        : { type: isNone ? 'none' : 'default' },
  };
}

/** @throws UsageFailure naming what is neither a name nor an address */
function namesOf(invocation: Invocation): readonly string[] {
  const names = valuesOf(invocation, 'tls-san');
  const wrong = names.find((name) => isIP(name) === 0 && !hostNamePattern.test(name));
  if (wrong === undefined) return names;
  throw new UsageFailure(
    `--tls-san "${wrong}" is neither a host name nor an IP address`,
    'give what stands in the URL of clients, without scheme and port, such as plinth.example.com',
  );
}

/** What concerns several processes on one database. */
function sharedOf(invocation: Invocation): Pick<Settings, 'database' | 'role' | 'keysDirectory'> {
  const database = databaseOf(invocation);
  // What else is given the parser has refused: these are the choices of the option.
  const role = roles.find((one) => one === valueOf(invocation, 'role')) ?? 'all';
  if (role !== 'all' && database === undefined) {
    throw new UsageFailure(
      `--role ${role} needs a database that other processes share`,
      'name it with --database or PLINTH_DATABASE; a process on the embedded store does everything',
    );
  }
  return { database, role, keysDirectory: valueOf(invocation, 'keys') };
}

async function start(settings: Settings, terminal: Terminal, signal: AbortSignal): Promise<Kernel> {
  const { dataDirectory, host, names, port, database, role, keysDirectory } = settings;
  const options = {
    dataDirectory,
    host,
    names,
    role,
    ...(database === undefined ? {} : { database }),
    ...(keysDirectory === undefined ? {} : { keysDirectory }),
    version: programVersion(),
    clock: systemClock,
    random: systemRandom,
    onFault: (what: string, error: unknown) => terminal.failure(faultOf(what, error)),
    onNotice: (notice: string) => terminal.note(`plinth: ${notice}`),
  };
  try {
    return await withPatience(
      () => startOn(options, port),
      ({ message }, seconds) => terminal.note(`plinth: ${message}; waiting for it for up to ${seconds} s`),
      signal,
    );
  } catch (error) {
    throw explainStart(error, { host, port });
  }
}

/** Opens what the kernel stands on in other threads, while this one loads the kernel. */
async function startOn(options: GroundOptions, port: number): Promise<Kernel> {
  const ground = openGround(options);
  // Told by the start, which comes to it later.
  ground.catch(() => undefined);
  const [{ startKernel }, { capabilities }] = await Promise.all([
    import('@plinth/kernel'),
    import('../capabilities.ts'),
  ]);
  return await startKernel({ ...options, port, capabilities, website: websiteOnDemand() }, ground);
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
  const { applyWorkspace, awaitWorkspaces } = await import('../up/workspace-apply.ts');
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
