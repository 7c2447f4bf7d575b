import {
  appendLeaves,
  CHECKPOINT_PATH,
  completeRoot,
  edgeRoot,
  emptyEdge,
  formatEntryBundle,
  HASH_BYTES,
  leafHash,
  openCheckpoint,
  parseTilePath,
  parseVerifierKey,
  type RightEdge,
  type Signer,
  sameHash,
  signCheckpoint,
  TILE_BYTES,
  TILE_WIDTH,
  type Tile,
  tilePath,
  tileWidth,
} from '@plinth/tlog';
import type { Clock } from '../ports/clock.ts';
import type { LogEntry, Logs } from '../store/port.ts';
import { integrateEveryMs, leavesAheadMax, leavesPerRead, retryMs } from './limits.ts';
import { edgeOf, TreeFiles } from './tree-files.ts';

export interface AuditTreeOptions {
  readonly logs: Logs;
  readonly log: string;
  /** Where tiles and head are kept; made when absent. */
  readonly directory: string;
  readonly signer: Signer;
  readonly clock: Clock;
  readonly onFault: (what: string, error: unknown) => void;
}

/** The log cannot be what was signed: entries are missing or others. Nothing more is signed. */
class AuditTreeError extends Error {
  override name = 'AuditTreeError';
}

/**
 * The Merkle tree over an append-only log, with signed checkpoints. Entries are the truth; tree and tiles follow them
 * shortly after and are made again where they are missing.
 *
 * Spec: C2SP tlog-tiles.
 */
export class AuditTree {
  readonly #options: AuditTreeOptions;
  readonly #files: TreeFiles;
  #edge: RightEdge = emptyEdge;
  /** Hashes of entries that come after the edge, without gaps. */
  #leaves: Uint8Array[] = [];
  /** The signed checkpoint of the edge. */
  #note = '';
  #problem: string | undefined;
  #running: Promise<void> | undefined;
  #cancelTimer: (() => void) | undefined;
  #unfollow: () => void = () => {};
  #closed = false;

  private constructor(options: AuditTreeOptions) {
    this.#options = options;
    this.#files = new TreeFiles(options.directory);
  }

  /** Takes up the tree where it was left; what has been entered since follows in the background. */
  static async open(options: AuditTreeOptions): Promise<AuditTree> {
    const tree = new AuditTree(options);
    await tree.#restore();
    tree.#unfollow = options.logs.follow(options.log, (entries) => tree.#take(entries));
    tree.#schedule(0);
    return tree;
  }

  /** Entries that are covered by the signed checkpoint. */
  get size(): number {
    return this.#edge.size;
  }

  /** Why nothing more is signed; undefined while all is well. */
  get problem(): string | undefined {
    return this.#problem;
  }

  get verifierKey(): string {
    return this.#options.signer.verifierKey;
  }

  /**
   * A file of the log, as the specification names it.
   * @param path below the log's prefix: `checkpoint`, or that of a tile or bundle of entries
   * @returns undefined when there is no such file
   */
  async read(path: string): Promise<Buffer | undefined> {
    if (path === CHECKPOINT_PATH) return this.#note === '' ? undefined : Buffer.from(this.#note);
    const tile = parseTilePath(path);
    if (!tile.ok) return undefined;
    const { level, index, width } = tile.value;
    if (tileWidth(this.size, level, index) < width) return undefined;
    return level === 'entries' ? await this.#bundle(index, width) : await this.#tile(level, index, width);
  }

  /** Resolves when all entries that are there now are covered by a signed checkpoint, or it is clear that they are not. */
  async settled(): Promise<void> {
    const end = this.#options.logs.end(this.#options.log);
    while (this.size < end && this.#problem === undefined && !this.#closed) {
      const before = this.size;
      // A step that is under way may have begun before the entries came.
      const isJoined = this.#running !== undefined;
      await this.#integrate();
      if (this.size === before && !isJoined) return;
    }
  }

  /** Signs what is there and ends. */
  async close(): Promise<void> {
    this.#unfollow();
    this.#cancelTimer?.();
    await this.settled();
    this.#closed = true;
    await this.#running;
  }

  async #restore(): Promise<void> {
    const { signer, logs, log } = this.#options;
    const head = await this.#files.head();
    if (!head) return;
    const verifier = parseVerifierKey(signer.verifierKey);
    if (!verifier.ok) throw new Error(verifier.error.message);
    const opened = openCheckpoint(Buffer.from(head.note), [verifier.value]);
    // Nothing that this key signed was given out, so there is nothing to keep to.
    if (!opened.ok) return;
    const { size, root } = opened.value.checkpoint;
    if (size > logs.end(log)) {
      this.#problem =
        `the audit log holds ${logs.end(log)} entries, but a checkpoint over ${size} was signed: entries are lost; ` +
        `restore a newer backup, or move ${this.#options.directory} away to begin a new log`;
      return;
    }
    const edge = edgeOf(head, size);
    if (edge && sameHash(edgeRoot(edge), root)) this.#edge = edge;
    else await this.#rebuild(size, root);
    if (this.#problem === undefined) this.#note = head.note;
  }

  /** Makes the tree again from its entries, and compares it with what was signed. */
  async #rebuild(size: number, root: Uint8Array): Promise<void> {
    while (this.#edge.size < size) {
      const leaves = await this.#readLeaves(this.#edge.size, size);
      this.#edge = await this.#grown(leaves);
    }
    if (sameHash(edgeRoot(this.#edge), root)) return;
    this.#problem =
      `the first ${size} entries of the audit log are not those that were signed; ` +
      'restore the newest backup of the data directory, and find out who changed its files';
  }

  #take(entries: readonly LogEntry[]): void {
    for (const { sequence, value } of entries) {
      // What does not fit is read from the log when its turn comes.
      if (sequence === this.#edge.size + this.#leaves.length && this.#leaves.length < leavesAheadMax) {
        this.#leaves.push(leafHash(Buffer.from(value)));
      }
    }
    if (!this.#running) this.#schedule(integrateEveryMs);
  }

  #schedule(delayMs: number): void {
    if (this.#cancelTimer || this.#closed || this.#problem !== undefined) return;
    this.#cancelTimer = this.#options.clock.after(delayMs, () => {
      this.#cancelTimer = undefined;
      void this.#integrate();
    });
  }

  /** Brings entries into the tree and signs it; one call at a time does the work, the others wait for it. */
  #integrate(): Promise<void> {
    this.#running ??= this.#step().finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  async #step(): Promise<void> {
    const { logs, log, onFault } = this.#options;
    const end = logs.end(log);
    if (this.#closed || this.#problem !== undefined || (this.#edge.size === end && this.#note !== '')) return;
    try {
      if (this.#leaves.length === 0 && this.#edge.size < end) {
        this.#leaves = await this.#readLeaves(this.#edge.size, end);
      }
      // More may come while this is written.
      const leaves = [...this.#leaves];
      const edge = await this.#grown(leaves);
      const note = this.#sign(edge);
      await this.#files.putHead(note, edge);
      this.#edge = edge;
      this.#note = note;
      this.#leaves = this.#leaves.slice(leaves.length);
      if (this.#edge.size < logs.end(log)) this.#schedule(this.#leaves.length > 0 ? integrateEveryMs : 0);
    } catch (error) {
      onFault('signing the audit log', error);
      this.#schedule(retryMs);
    }
  }

  async #grown(leaves: readonly Uint8Array[]): Promise<RightEdge> {
    const { edge, tiles } = appendLeaves(this.#edge, leaves);
    for (const stored of tiles) if (stored.tile.width === TILE_WIDTH) await this.#files.putTile(stored);
    return edge;
  }

  #sign(edge: RightEdge): string {
    const { signer } = this.#options;
    const head = { origin: signer.name, size: edge.size, root: edgeRoot(edge), extensions: [] };
    const note = signCheckpoint(head, [signer]);
    if (!note.ok) throw new Error(note.error.message);
    return note.value;
  }

  async #readLeaves(from: number, end: number): Promise<Uint8Array[]> {
    const entries = await this.#entries(from, Math.min(leavesPerRead, end - from));
    return entries.map(({ value }) => leafHash(Buffer.from(value)));
  }

  async #entries(from: number, count: number): Promise<LogEntry[]> {
    const { logs, log } = this.#options;
    const entries = await logs.read(log, from, count);
    if (entries.length > 0) return entries;
    throw new AuditTreeError(`the audit log has no entry ${from}, but ${logs.end(log)} entries`);
  }

  async #bundle(index: number, width: number): Promise<Buffer> {
    const first = index * TILE_WIDTH;
    const texts: Buffer[] = [];
    while (texts.length < width) {
      const entries = await this.#entries(first + texts.length, width - texts.length);
      for (const { value } of entries) texts.push(Buffer.from(value));
    }
    const bundle = formatEntryBundle(texts);
    if (!bundle.ok) throw new Error(bundle.error.message);
    return Buffer.from(bundle.value);
  }

  async #tile(level: number, index: number, width: number): Promise<Buffer> {
    const bytes = width * HASH_BYTES;
    const partial = this.#edge.partials[level];
    const isEdge = tileWidth(this.size, level, index) < TILE_WIDTH;
    if (isEdge && partial && partial.byteLength >= bytes) return Buffer.from(partial.subarray(0, bytes));
    const full = await this.#fullTile({ level, index, width: TILE_WIDTH });
    return full.subarray(0, bytes);
  }

  /** A full tile from its file, or made again from what is below it. */
  async #fullTile(tile: Tile & { readonly level: number }): Promise<Buffer> {
    const { level, index } = tile;
    const known = await this.#files.tile(tilePath(tile), TILE_BYTES);
    if (known) return known;
    const hashes: Uint8Array[] = [];
    for (let at = index * TILE_WIDTH; at < (index + 1) * TILE_WIDTH; ) {
      if (level === 0) {
        const leaves = await this.#readLeaves(at, (index + 1) * TILE_WIDTH);
        hashes.push(...leaves);
        at += leaves.length;
      } else {
        hashes.push(completeRoot(await this.#fullTile({ level: level - 1, index: at, width: TILE_WIDTH })));
        at++;
      }
    }
    const bytes = Buffer.concat(hashes);
    await this.#files.putTile({ tile, bytes });
    return bytes;
  }
}
