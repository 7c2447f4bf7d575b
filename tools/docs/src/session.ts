import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';

/** A command that goes on running, and what it prints once it is up. */
const staysUp = /npm start$|plinth up(?: |$)/;
/** Printed nothing for so long: what a program says when it starts is said. */
const quietMs = 2_500;
/** The longest that a command may take: an install on a slow line. */
const commandMsMax = 120_000;

/** A terminal session in a folder: commands run one after the other in one shell. */
export class Session {
  readonly #folder: string;
  readonly #shell: ChildProcess;
  #printed = '';
  #onPrint: () => void = () => undefined;
  #foreground: { child: ChildProcess; printed: () => string } | undefined;

  constructor(folder: string) {
    this.#folder = folder;
    this.#shell = spawn('bash', ['--noprofile', '--norc'], { cwd: folder, stdio: ['pipe', 'pipe', 'pipe'] });
    const take = (chunk: Buffer): void => {
      this.#printed += chunk.toString('utf8');
      this.#onPrint();
    };
    this.#shell.stdout?.on('data', take);
    this.#shell.stdin?.write('exec 2>&1\n');
  }

  /**
   * Runs a line as typed.
   *
   * @returns what it printed, without the last line break
   */
  async run(line: string): Promise<string> {
    if (line === '^C') return await this.#interrupt();
    if (staysUp.test(line)) return await this.#startForeground(line);
    const mark = `done-${randomUUID()}`;
    this.#printed = '';
    this.#shell.stdin?.write(`${line}\nprintf '%s\\n' ${mark}\n`);
    await this.#until(() => this.#printed.includes(mark), line);
    return clean(this.#printed.slice(0, this.#printed.indexOf(mark)));
  }

  /** Ends the shell and what runs in the foreground. */
  async end(): Promise<void> {
    if (this.#foreground) await this.#interrupt();
    this.#shell.stdin?.end();
  }

  async #startForeground(line: string): Promise<string> {
    const child = spawn('bash', ['--noprofile', '--norc', '-c', `exec 2>&1; ${line}`], {
      cwd: this.#folder,
      detached: true,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    let printed = '';
    let quietSince = performance.now();
    child.stdout.on('data', (chunk: Buffer) => {
      printed += chunk.toString('utf8');
      quietSince = performance.now();
    });
    this.#foreground = { child, printed: () => printed };
    const isUp = (): boolean =>
      printed.includes('Plinth is ready') && performance.now() - quietSince > quietMs;
    await this.#until(() => isUp() || child.exitCode !== null, line);
    const said = printed;
    printed = '';
    return clean(said);
  }

  async #interrupt(): Promise<string> {
    const foreground = this.#foreground;
    this.#foreground = undefined;
    if (foreground?.child.pid === undefined) return '';
    // As a terminal does: to every process of the foreground.
    process.kill(-foreground.child.pid, 'SIGINT');
    await this.#until(() => foreground.child.exitCode !== null || foreground.child.signalCode !== null, '^C');
    return clean(foreground.printed());
  }

  async #until(isDone: () => boolean, line: string): Promise<void> {
    const startedAt = performance.now();
    while (!isDone()) {
      if (performance.now() - startedAt > commandMsMax)
        throw new Error(`${line}: not done after ${commandMsMax} ms`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, 100);
        this.#onPrint = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }
}

function clean(text: string): string {
  return text.replaceAll('\r\n', '\n').replace(/^\n+/, '').replace(/\s+$/, '');
}
