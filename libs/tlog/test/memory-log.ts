import assert from 'node:assert/strict';
import {
  appendEntries,
  appendLeaves,
  type BundleTail,
  type Checkpoint,
  edgeRoot,
  emptyEdge,
  type LogRead,
  leafHash,
  parseSignerKey,
  parseVerifierKey,
  type Result,
  type RightEdge,
  type Signer,
  signCheckpoint,
  signerKeyFromSeed,
  tilePath,
  type Verifier,
} from '../src/index.ts';

/** The value of a result that must be one. */
export function valueOf<T>(result: Result<T>): T {
  assert.ok(result.ok, result.ok ? '' : result.error.message);
  return result.value;
}

/** The message of a result that must be none. */
export function messageOf(result: Result<unknown>): string {
  assert.ok(!result.ok, 'it must be refused');
  return result.error.message;
}

export const ORIGIN = 'log.example/audit';

/** A pair of keys that is the same at every run. */
export function keyPair(name: string, seedByte = 7): { signer: Signer; verifier: Verifier } {
  const signer = valueOf(parseSignerKey(valueOf(signerKeyFromSeed(name, Buffer.alloc(32, seedByte)))));
  return { signer, verifier: valueOf(parseVerifierKey(signer.verifierKey)) };
}

/** A log in memory, written as a log is: bundles and tiles of each growth, then the checkpoint. */
export class MemoryLog {
  readonly files = new Map<string, Uint8Array>();
  readonly checkpoints: Checkpoint[] = [];
  readonly keys = keyPair(ORIGIN);
  edge: RightEdge = emptyEdge;
  #tail: BundleTail = { size: 0, bytes: new Uint8Array(0) };

  constructor() {
    this.#sign();
  }

  append(entries: readonly Uint8Array[]): void {
    const bundles = valueOf(appendEntries(this.#tail, entries));
    const growth = appendLeaves(this.edge, entries.map(leafHash));
    for (const { tile, bytes } of [...bundles.bundles, ...growth.tiles]) {
      this.files.set(tilePath(tile), Uint8Array.from(bytes));
    }
    this.#tail = bundles.tail;
    this.edge = growth.edge;
    this.#sign();
  }

  readonly read: LogRead = (path) => Promise.resolve(this.files.get(path));

  #sign(): void {
    const checkpoint = { origin: ORIGIN, size: this.edge.size, root: edgeRoot(this.edge), extensions: [] };
    this.checkpoints.push(checkpoint);
    this.files.set('checkpoint', Buffer.from(valueOf(signCheckpoint(checkpoint, [this.keys.signer]))));
  }
}

/** Different entries of different lengths, some of them empty. */
export function someEntries(count: number, from = 0): Uint8Array[] {
  return Array.from({ length: count }, (_, offset) => {
    const index = from + offset;
    return index % 17 === 0 ? new Uint8Array(0) : Buffer.from(`entry ${index} `.repeat(1 + (index % 4)));
  });
}

/** A log that grew to these sizes, one after the other. */
export function logOfSizes(...sizes: readonly number[]): MemoryLog {
  const log = new MemoryLog();
  for (const size of sizes) log.append(someEntries(size - log.edge.size, log.edge.size));
  return log;
}
