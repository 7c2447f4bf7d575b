import { randomUUID } from 'node:crypto';
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { edgeTiles, type RightEdge, restoreEdge, type StoredTile, tilePath } from '@plinth/tlog';

/** The head of a tree as it lies on the disk: what was signed, and the partial tiles that go with it. */
export interface StoredHead {
  /** The signed checkpoint. */
  readonly note: string;
  /** Contents of `edgeTiles(size)`, in base64. */
  readonly partials: readonly string[];
}

/** Files of a tree. Nothing in them is truth: all of it can be made again from the entries. */
export class TreeFiles {
  readonly #directory: string;

  constructor(directory: string) {
    this.#directory = directory;
  }

  /** The head that was stored last; undefined when there is none or it cannot be read. */
  async head(): Promise<StoredHead | undefined> {
    const text = await contentOf(join(this.#directory, 'head.json'));
    if (text === undefined) return undefined;
    try {
      const value: unknown = JSON.parse(text.toString());
      return isHead(value) ? value : undefined;
    } catch (error) {
      if (error instanceof SyntaxError) return undefined;
      throw error;
    }
  }

  /** Stores the head as a whole and durably: a checkpoint that was given out must not be forgotten. */
  async putHead(note: string, edge: RightEdge): Promise<void> {
    const partials = edge.partials
      .filter((bytes) => bytes.byteLength > 0)
      .map((bytes) => Buffer.from(bytes).toString('base64'));
    const head: StoredHead = { note, partials };
    await replace(join(this.#directory, 'head.json'), Buffer.from(JSON.stringify(head)), true);
  }

  /** A full tile; undefined when it is not there as a whole. */
  async tile(path: string, bytes: number): Promise<Buffer | undefined> {
    const content = await contentOf(join(this.#directory, path));
    return content?.byteLength === bytes ? content : undefined;
  }

  async putTile({ tile, bytes }: StoredTile): Promise<void> {
    await replace(join(this.#directory, tilePath(tile)), bytes, false);
  }
}

/** The edge of a stored head; undefined when its tiles do not fit. */
export function edgeOf(head: StoredHead, size: number): RightEdge | undefined {
  const tiles = head.partials.map((text) => Buffer.from(text, 'base64'));
  if (tiles.length !== edgeTiles(size).length) return undefined;
  const edge = restoreEdge(size, tiles);
  return edge.ok ? edge.value : undefined;
}

function isHead(value: unknown): value is StoredHead {
  return (
    typeof value === 'object' &&
    value !== null &&
    'note' in value &&
    typeof value.note === 'string' &&
    'partials' in value &&
    Array.isArray(value.partials) &&
    value.partials.every((one) => typeof one === 'string')
  );
}

async function contentOf(path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(path);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Writes a file beside its place and moves it there. */
async function replace(path: string, content: Uint8Array, durable: boolean): Promise<void> {
  const temporary = `${path}.${randomUUID()}.tmp`;
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  try {
    const file = await open(temporary, 'wx', 0o600);
    try {
      await file.writeFile(content);
      if (durable) await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}
