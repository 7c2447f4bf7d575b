import { type CapabilityLogs, StatusError } from '@plinth/kernel';
import { chunkBytes } from '../limits.ts';
import { cut } from './cut.ts';
import { sha256Of } from './digest.ts';

/** Entries that are read at once. */
const entriesAtOnce = 32;

/** Content of objects that is never changed: for each a sealed log, whose entries are the bytes one after the other. */
export class ContentLog {
  readonly #logs: CapabilityLogs;
  readonly #prefix: string;

  /** @param prefix what the names of the logs begin with */
  constructor(logs: CapabilityLogs, prefix: string) {
    this.#logs = logs;
    this.#prefix = prefix;
  }

  /** The entries of bytes, to be committed with the status that tells of them. */
  entries(uid: string, bytes: Uint8Array): ReturnType<CapabilityLogs['entry']>[] {
    return cut(bytes, chunkBytes).map((chunk) => this.#logs.entry(this.#name(uid), () => chunk));
  }

  /** All of the content. @throws StatusError 503 when it is not what the object says */
  async read(uid: string, { sizeBytes, sha256 }: { sizeBytes: number; sha256: string }): Promise<Buffer> {
    const chunks: Buffer[] = [];
    // How large entries are is an affair of the version that wrote them.
    for (let read = 0; read < sizeBytes; ) {
      const more = await this.#logs.read(this.#name(uid), chunks.length, entriesAtOnce);
      if (more.length === 0) break;
      chunks.push(...more);
      read += more.reduce((sum, { length }) => sum + length, 0);
    }
    const content = Buffer.concat(chunks);
    if (content.length === sizeBytes && sha256Of(content) === sha256) return content;
    throw new StatusError(
      503,
      'ServiceUnavailable',
      `the content is not what was uploaded: expected the digest ${sha256}. Restore the database, or delete the object and upload it again`,
    );
  }

  /** Removes the content for good; one that is not there is removed already. */
  async remove(uid: string): Promise<void> {
    await this.#logs.remove(this.#name(uid));
  }

  #name(uid: string): string {
    return `${this.#prefix}/${uid}`;
  }
}
