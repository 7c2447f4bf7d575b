import {
  type Capture,
  type ExecOutcome,
  ProcessError,
  RunError,
  type StepContext,
  type StepProgram,
} from '@plinth/kernel';
import { initTimeoutMs, planBytesMax, showTimeoutMs } from '../limits.ts';
import { withoutSecrets } from './plan-analysis.ts';
import { failureText, initFailure, ProgramLog } from './program-log.ts';
import type { RemoteOptions, StackMode } from './stack-job.ts';
import { secretsForLog } from './stack-values.ts';
import type { WorkingDirectory } from './working-directory.ts';

/** What a program of a stack is started with. */
export interface ProgramSettings {
  /** `terraform` or `tofu`. */
  readonly program: string;
  readonly directory: WorkingDirectory;
  /** Files of input variables, later ones before earlier ones. */
  readonly variableFiles: readonly string[];
  /** What the stack and the door to its state say. */
  readonly environment: Readonly<Record<string, string>>;
  readonly secrets: readonly string[];
}

/** What is planned. */
export interface PlanRequest {
  readonly mode: StackMode;
  readonly remote?: RemoteOptions | undefined;
}

/** The log of an apply. */
export const applyLog = 'apply';

/** What programs have of Plinth's own environment: where programs and certificates are, and how to get out. */
const passedOn = [
  'PATH',
  'TF_CLI_CONFIG_FILE',
  'SSL_CERT_FILE',
  'SSL_CERT_DIR',
  'https_proxy',
  'HTTPS_PROXY',
  'no_proxy',
  'NO_PROXY',
];

/**
 * Terraform or OpenTofu, as a step of a run uses it. It ends in order at SIGINT: it finishes what it is at, and writes its state.
 * Spec: Terraform CLI, Running Terraform in Automation.
 */
export class TerraformProgram {
  readonly #capture: Capture;
  readonly #providers: string;
  readonly #own: Readonly<Record<string, string | undefined>>;
  /** The directory of providers takes one writer at a time, as its documentation says. */
  #initialising: Promise<unknown> = Promise.resolve();

  /**
   * @param providers directory that keeps what was installed once
   * @param own Plinth's own environment
   */
  constructor(capture: Capture, providers: string, own: Readonly<Record<string, string | undefined>>) {
    this.#capture = capture;
    this.#providers = providers;
    this.#own = own;
  }

  /** Installs providers and modules. @throws RunError `InitFailed` or `ProgramMissing` */
  async init(step: StepContext, settings: ProgramSettings): Promise<void> {
    const mine = this.#initialising.then(async () => await this.#init(step, settings));
    this.#initialising = mine.catch(() => undefined);
    await mine;
  }

  async #init(step: StepContext, settings: ProgramSettings): Promise<void> {
    step.signal.throwIfAborted();
    const args = ['init', '-input=false', '-no-color', ...earlyVariables(settings)];
    const { exitCode, stderr } = await this.#exec(step, settings, {
      args,
      log: 'init',
      timeoutMs: initTimeoutMs,
    });
    if (exitCode === 0) return;
    throw new RunError('InitFailed', `${settings.program} init: ${initFailure(stderr)}`);
  }

  /** Writes a plan. @throws RunError `PlanFailed` */
  async plan(step: StepContext, settings: ProgramSettings, { mode, remote }: PlanRequest): Promise<void> {
    const { planFile } = settings.directory;
    const modes = {
      apply: [],
      destroy: ['-destroy'],
      refresh: ['-refresh-only'],
      drift: ['-refresh-only'],
    } as const;
    const args = [
      'plan',
      '-json',
      '-input=false',
      // What is only planned keeps nobody waiting, and writes nothing.
      ...(remote?.until === 'plan' ? ['-lock=false'] : ['-lock-timeout=30s']),
      `-out=${planFile}`,
      ...modes[mode],
      ...(remote ? remoteArguments(remote) : []),
      ...variableArguments(settings),
    ];
    await this.#run(step, settings, { args, log: 'plan', code: 'PlanFailed' });
  }

  /** Applies the plan that was written. @throws RunError `ApplyFailed` */
  async apply(step: StepContext, settings: ProgramSettings): Promise<void> {
    const outlives = { directory: settings.directory.root };
    const given = ['-json', '-input=false', '-lock-timeout=30s', ...earlyVariables(settings)];
    const args = ['apply', ...given, settings.directory.planFile];
    await this.#run(step, settings, { args, log: applyLog, code: 'ApplyFailed', outlives });
  }

  /** The plan that was written, as JSON. It is secret. @throws RunError `PlanFailed` */
  async show({ signal }: StepContext, settings: ProgramSettings): Promise<Buffer> {
    const { program, directory, environment } = settings;
    const { code, stdout, stderr, timedOut } = await this.#capture.run(
      program,
      ['show', '-json', '-no-color', ...earlyVariables(settings), directory.planFile],
      {
        cwd: directory.start,
        env: { ...this.inherited(), ...this.#environment(directory), ...environment },
        timeoutMs: showTimeoutMs,
        stdoutBytesMax: planBytesMax,
        signal,
      },
    );
    signal.throwIfAborted();
    if (code === 0) return jsonIn(stdout);
    const why =
      code === undefined
        ? timedOut
          ? `it took more than ${showTimeoutMs} ms`
          : `it has more than ${planBytesMax} bytes`
        : initFailure(stderr);
    throw new RunError('PlanFailed', `the plan cannot be read: ${why}`);
  }

  async #run(
    step: StepContext,
    settings: ProgramSettings,
    {
      code,
      ...request
    }: {
      readonly args: readonly string[];
      readonly log: string;
      readonly code: string;
      readonly outlives?: { readonly directory: string };
    },
  ): Promise<void> {
    const said = new ProgramLog();
    const { exitCode, stderr } = await this.#exec(step, settings, { ...request, format: said.format });
    if (exitCode === 0) return;
    const why =
      failureText(said.errors) || stderr.trim().slice(-500) || `it ended with ${exitCode ?? 'a signal'}`;
    throw new RunError(code, `${settings.program} ${request.log}: ${withoutSecrets(why, settings.secrets)}`);
  }

  async #exec(
    step: StepContext,
    { program, directory, environment, secrets }: ProgramSettings,
    request: Pick<StepProgram, 'format' | 'timeoutMs' | 'outlives'> & {
      readonly args: readonly string[];
      readonly log: string;
    },
  ): Promise<ExecOutcome> {
    try {
      return await step.exec({
        ...request,
        file: program,
        cwd: directory.start,
        env: { ...this.#environment(directory), ...environment },
        inherit: passedOn,
        secrets: secretsForLog(secrets),
        stopSignal: 'SIGINT',
      });
    } catch (error) {
      if (!(error instanceof ProcessError) || error.code !== 'process.missing') throw error;
      throw new RunError(
        'ProgramMissing',
        `there is no ${program} on PATH of the machine that Plinth runs on: install it, or set spec.program to the one that is there`,
      );
    }
  }

  #environment({ home }: WorkingDirectory): Record<string, string> {
    return {
      HOME: home,
      TF_IN_AUTOMATION: '1',
      CHECKPOINT_DISABLE: '1',
      TF_PLUGIN_CACHE_DIR: this.#providers,
      // What a lock file lacks is filled in for the run alone.
      TF_PLUGIN_CACHE_MAY_BREAK_DEPENDENCY_LOCK_FILE: '1',
    };
  }

  /** What of Plinth's own environment programs of stacks have. */
  inherited(): Record<string, string> {
    const found: Record<string, string> = {};
    for (const name of passedOn) {
      const value = this.#own[name];
      if (value !== undefined) found[name] = value;
    }
    return found;
  }
}

function remoteArguments({ refresh = true, targets = [], replaces = [] }: RemoteOptions): string[] {
  return [
    ...(refresh ? [] : ['-refresh=false']),
    ...targets.map((address) => `-target=${address}`),
    ...replaces.map((address) => `-replace=${address}`),
  ];
}

function variableArguments({ variableFiles }: ProgramSettings): string[] {
  return variableFiles.map((file) => `-var-file=${file}`);
}

/**
 * OpenTofu lets variables decide where modules are, and how states and plans are encrypted: it asks for them with every command.
 * Terraform takes them with a plan alone.
 */
function earlyVariables(settings: ProgramSettings): string[] {
  return settings.program === 'tofu' ? variableArguments(settings) : [];
}

/** OpenTofu prints what is wrong with its own configuration before what it was asked for. */
function jsonIn(stdout: Buffer): Buffer {
  const at = stdout[0] === 0x7b ? -1 : stdout.indexOf('\n{');
  return stdout.subarray(at + 1);
}
