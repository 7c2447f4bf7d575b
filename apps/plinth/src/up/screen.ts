import { join, relative, resolve } from 'node:path';
import type { Kernel } from '@plinth/kernel';
import { dataArgument, shellWord } from '../cli/place.ts';
import type { Terminal } from '../cli/terminal.ts';
import type { WorkspaceState } from './workspace-apply.ts';

type Stats = ReturnType<Kernel['store']['stats']>;
type Health = ReturnType<Kernel['store']['health']>;

/** The first screen stays within 15 lines. */
const workspacesShown = 3;

/** What `plinth up` shows: facts in the order in which they become true; with --json one object per line. */
export class Screen {
  readonly #terminal: Terminal;
  readonly #dataDirectory: string;
  readonly #store: string;
  #showsQuickstart = false;

  /** @param settings.store which store it is, such as `SQLite` */
  constructor(
    terminal: Terminal,
    { dataDirectory, store, role }: { dataDirectory: string; store: string; role: string },
  ) {
    this.#terminal = terminal;
    this.#dataDirectory = dataDirectory;
    this.#store = role === 'all' ? store : `${store} · role ${role}`;
  }

  header(version: string): void {
    if (this.#terminal.json) {
      this.#terminal.data({
        event: 'starting',
        version,
        data: resolve(this.#dataDirectory),
        store: this.#store,
        pid: process.pid,
      });
    } else this.#terminal.line(`Plinth ${version} · data ${this.#dataDirectory} · ${this.#store}`);
  }

  store(stats: Stats, health: Health): void {
    const { revision, objects, groups, syncSeconds } = stats;
    const syncMs = groups === 0 ? undefined : (syncSeconds * 1000) / groups;
    if (this.#terminal.json) {
      this.#terminal.data({
        event: 'store',
        revision,
        objects,
        writable: health.writable,
        syncMs,
        ...problemOf(health),
      });
      return;
    }
    const size = `rev ${revision}, ${objects} objects`;
    if (health.writable) {
      this.#fact(
        'good',
        'store',
        `${size}, durable writes${syncMs === undefined ? '' : ` (fsync ${syncMs.toFixed(1)} ms)`}`,
      );
      return;
    }
    this.#fact('bad', 'store', `${size}, READ-ONLY: ${health.cause ?? 'it cannot be written'}`);
    if (health.hint !== undefined) this.#remedy(health.hint);
  }

  clock({ message, hint }: { message: string; hint: string }): void {
    if (this.#terminal.json) this.#terminal.data({ event: 'clock', message, hint });
    else {
      this.#fact('bad', 'clock', message);
      this.#remedy(hint);
    }
  }

  /** @param kubeconfig absent when the process serves no API */
  ready(url: string, kubeconfig: string | undefined): void {
    if (this.#terminal.json) {
      this.#terminal.data({
        event: 'ready',
        url,
        ...(kubeconfig === undefined ? {} : { kubeconfig: resolve(kubeconfig) }),
        startedInMs: Math.round(performance.now()),
      });
      return;
    }
    if (kubeconfig === undefined) this.#fact('good', 'health', `${url}/readyz`);
    else this.#fact('good', 'api', `${url}   kubeconfig ${kubeconfig}`);
    this.#terminal.line(`Plinth is ready: ${url}`);
  }

  workspaceProgress({ title, objects, ready }: WorkspaceState): void {
    if (objects > 0) this.#terminal.progress(`  … workspace    ${title}: ${ready} of ${objects} ready`);
  }

  workspaces(states: readonly WorkspaceState[]): void {
    this.#showsQuickstart = states.some(({ bundled }) => bundled);
    const shown = this.#terminal.json ? states : states.slice(0, workspacesShown);
    for (const state of shown) this.#workspace(state);
    if (shown.length < states.length) {
      const more = states.length - shown.length;
      this.#fact('pending', 'workspace', `and ${more} more; see: kubectl get workspaces`);
    }
  }

  #workspace(state: WorkspaceState): void {
    if (this.#terminal.json) {
      this.#terminal.data({ event: 'workspace', ...state });
      return;
    }
    const { title, name, objects, ready, message } = state;
    const see = `kubectl get workspace ${name}`;
    if (state.state === 'ready') {
      this.#fact('good', 'workspace', `${title}: ${objects} objects applied, ${ready} ready`);
    } else if (state.state === 'failing') {
      this.#fact('bad', 'workspace', `${title}: ${ready} of ${objects} ready; ${message}`);
      this.#remedy(`correct it, it is applied again by itself; details: kubectl describe workspace ${name}`);
    } else {
      const sofar = objects === 0 ? message : `${ready} of ${objects} ready`;
      this.#fact('pending', 'workspace', `${title}: applying, ${sofar}; see: ${see}`);
    }
  }

  /** What to try first. */
  hints(): void {
    if (this.#terminal.json) return;
    const path = join(this.#dataDirectory, 'kubeconfig');
    const inside = relative(process.cwd(), resolve(path));
    const typed = path.startsWith('/') ? shellWord(path) : `$PWD/${shellWord(inside)}`;
    const commands = [
      `export KUBECONFIG=${typed}`,
      'kubectl get workspaces',
      ...(this.#showsQuickstart
        ? ['kubectl get quickstart -A   # the kinds that the quickstart brings']
        : []),
      'kubectl explain workspace.spec',
      `npx plinth doctor${dataArgument(this.#dataDirectory)}`,
    ];
    this.#terminal.line();
    for (const [place, command] of commands.entries()) {
      this.#terminal.line(`${place === 0 ? 'Try:  ' : '      '}${command}`);
    }
  }

  stopped(signal: string): void {
    if (this.#terminal.json) this.#terminal.data({ event: 'stopped', signal });
    else this.#terminal.line('Plinth is stopped; everything acknowledged is stored.');
  }

  #fact(state: 'good' | 'bad' | 'pending', label: string, text: string): void {
    this.#terminal.fact(state, label, text);
  }

  #remedy(text: string): void {
    this.#terminal.line(`${' '.repeat(17)}→ ${text}`);
  }
}

function problemOf({ cause, hint }: Health): { cause?: string; hint?: string } {
  return { ...(cause === undefined ? {} : { cause }), ...(hint === undefined ? {} : { hint }) };
}
