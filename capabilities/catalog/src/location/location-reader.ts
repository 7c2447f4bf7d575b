import { Worker } from 'node:worker_threads';
import {
  type Capture,
  type Clock,
  type Directories,
  durationMs,
  GitRepositories,
  nodeDirectories,
  SourceError,
  type SourceSnapshot,
} from '@plinth/kernel';
import type { CatalogLocationSpec } from '../catalog-location-kind.ts';
import { limits } from '../limits.ts';
import { type Reading, readFiles, type TextFile } from './read-files.ts';
import type { ReadTask } from './read-worker.ts';
import { sourceRules } from './source-files.ts';

/** What is known of a source from the time before. */
export interface KnownReading {
  readonly revision: string;
  /** Targets, and what the entities point to. */
  readonly wanted: readonly string[];
}

/** A source that was read, or is as it was. */
export interface LocationReading extends KnownReading {
  /** Undefined when nothing has changed since. */
  readonly reading: Reading | undefined;
}

/** Reads the sources of locations. */
export class LocationReader {
  readonly #gitDirectory: string;
  readonly #programs: Capture;
  readonly #clock: Clock;
  /** By URL, what is being read. */
  readonly #fetches = new Map<string, Promise<unknown>>();
  /** For watching; what is read of a directory depends on the location. */
  readonly directories: Directories = nodeDirectories(sourceRules([]));

  constructor(gitDirectory: string, programs: Capture, clock: Clock) {
    this.#gitDirectory = gitDirectory;
    this.#programs = programs;
    this.#clock = clock;
  }

  /**
   * Reads files, and what they point to, in rounds until there is nothing more.
   * @throws SourceError
   */
  async read(
    spec: CatalogLocationSpec,
    known: KnownReading | undefined,
    signal: AbortSignal,
  ): Promise<LocationReading> {
    let wanted = [...new Set([...spec.targets, ...(known?.wanted ?? [])])];
    let commit: string | undefined;
    for (let round = 0; round < limits.rounds; round++) {
      const snapshot = await this.#snapshot(spec, wanted, commit, signal);
      const { revision } = snapshot;
      if (round === 0 && known?.revision === revision) return { ...known, reading: undefined };
      commit = revision;
      const files = snapshot.files.map(({ path, bytes }) => ({ path, text: bytes.toString('utf8') }));
      const reading = await this.#entities(files, spec.targets);
      const next = [...new Set([...spec.targets, ...reading.wanted])];
      if (next.every((target) => wanted.includes(target))) return { revision, wanted, reading };
      wanted = [...new Set([...wanted, ...next])];
    }
    throw new SourceError(
      'SourceInvalid',
      `its files point to each other more than ${limits.rounds} deep`,
      'name the files in spec.targets',
    );
  }

  async #snapshot(
    { source, timeout }: CatalogLocationSpec,
    wanted: readonly string[],
    commit: string | undefined,
    signal: AbortSignal,
  ): Promise<SourceSnapshot> {
    const rules = sourceRules(wanted);
    if (!source.git) return await nodeDirectories(rules).read(source.directory?.path ?? '');
    const { git } = source;
    const repositories = new GitRepositories(this.#gitDirectory, this.#programs, process.env, rules);
    // All rounds are of one commit.
    const request = { ...git, ref: commit ?? git.ref, timeoutMs: durationMs(timeout) ?? 60_000, signal };
    // The cache of a repository has one reader at a time.
    const before = this.#fetches.get(git.url) ?? Promise.resolve();
    const mine = before.catch(() => undefined).then(async () => await repositories.read(request));
    this.#fetches.set(git.url, mine);
    try {
      return await mine;
    } finally {
      if (this.#fetches.get(git.url) === mine) this.#fetches.delete(git.url);
    }
  }

  /** A large source is read in a thread: YAML takes long. */
  async #entities(files: readonly TextFile[], targets: readonly string[]): Promise<Reading> {
    const characters = files.reduce((sum, { text }) => sum + text.length, 0);
    if (characters < limits.asideBytes) return readFiles(files, targets);
    const worker = new Worker(new URL('./read-worker.ts', import.meta.url), {
      name: 'plinth-catalog',
      workerData: { files, targets } satisfies ReadTask,
    });
    let stopWaiting = (): void => undefined;
    try {
      return await new Promise<Reading>((resolve, reject) => {
        const refuse = (why: string): void =>
          reject(new SourceError('SourceInvalid', `its files cannot be read: ${why}`, 'split the source'));
        worker.once('message', resolve);
        worker.once('error', (error: Error & { readonly code?: unknown }) => {
          if (error.code === 'ERR_WORKER_OUT_OF_MEMORY') refuse('they take too much memory');
          else reject(error);
        });
        worker.once('exit', () => refuse('the thread that reads them has ended'));
        stopWaiting = this.#clock.after(limits.readMs, () =>
          refuse(`they take more than ${limits.readMs} ms`),
        );
      });
    } finally {
      stopWaiting();
      await worker.terminate();
    }
  }
}
