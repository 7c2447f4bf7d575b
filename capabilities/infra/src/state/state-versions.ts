import { type CapabilityLogs, isObject } from '@plinth/kernel';
import { type PackedState, unpackState } from './state-packing.ts';
import type { TerraformState } from './terraform-state-kind.ts';

/** What is told of a version of a state. */
export interface StateVersion {
  readonly serial: number;
  readonly lineage: string;
  /** When it came, in RFC 3339. */
  readonly at: string;
  /** Who sent it. */
  readonly by: string;
  /** What the lock was held for; empty where there was none. */
  readonly operation: string;
  readonly terraformVersion: string;
  readonly resources: number;
  /** Whether OpenTofu has encrypted it: then the two before are not known. */
  readonly encrypted?: boolean;
  readonly sizeBytes: number;
  readonly md5: string;
  readonly sha256: string;
  /** Of a rollback: the serial whose content it has, and the object that asked for it. */
  readonly rollbackTo?: number;
  readonly rollbackUid?: string;
}

/** A version as its log has it: with the place of its content. */
export interface KeptVersion extends StateVersion {
  readonly contentFrom: number;
  readonly contentEntries: number;
}

/** The versions of states, in two logs for each: one tells of them, one has what is in them. */
export class StateVersions {
  readonly #logs: CapabilityLogs;

  constructor(logs: CapabilityLogs) {
    this.#logs = logs;
  }

  /** The entries of a new version, to be committed with the status that tells of it. */
  entries(
    uid: string,
    { chunks }: PackedState,
    version: StateVersion,
  ): ReturnType<CapabilityLogs['entry']>[] {
    let contentFrom = 0;
    const contents = chunks.map((chunk, i) =>
      this.#logs.entry(contentsOf(uid), (sequence) => {
        if (i === 0) contentFrom = sequence;
        return chunk;
      }),
    );
    const told = this.#logs.entry(versionsOf(uid), () => {
      const kept: KeptVersion = { ...version, contentFrom, contentEntries: chunks.length };
      return Buffer.from(JSON.stringify(kept));
    });
    return [...contents, told];
  }

  /** The version of a serial; undefined when there is none. @throws StoreError, KeyError when it is damaged */
  async find(state: TerraformState, serial: number): Promise<KeptVersion | undefined> {
    const { versions = 0, serial: newest } = state.status ?? {};
    const place = serial === newest ? versions - 1 : await this.#placeOf(state, serial);
    const [found] = await this.#read(state, place, 1);
    return found?.serial === serial ? found : undefined;
  }

  /** Versions before a serial, newest first. @param before undefined for the newest */
  async list(state: TerraformState, before: number | undefined, count: number): Promise<KeptVersion[]> {
    const { versions = 0 } = state.status ?? {};
    const end = before === undefined ? versions : await this.#placeOf(state, before);
    const from = Math.max(end - count, 0);
    return (await this.#read(state, from, end - from)).reverse();
  }

  /** The first place with this serial or a later one: serials grow, by one or a little more. */
  async #placeOf(state: TerraformState, serial: number): Promise<number> {
    let [low, high] = [0, state.status?.versions ?? 0];
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      const [found] = await this.#read(state, middle, 1);
      if (found !== undefined && found.serial < serial) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  async #read(state: TerraformState, from: number, count: number): Promise<KeptVersion[]> {
    const entries = await this.#logs.read(versionsOf(uidOf(state)), from, count);
    return entries.map(keptVersion);
  }

  /** The text of a version, byte for byte as it came. @throws StoreError, KeyError when it is damaged */
  async content(state: TerraformState, version: KeptVersion): Promise<Buffer> {
    return await unpackState(await this.packed(state, version), version.sizeBytes);
  }

  /** The same as a gzip file, which is how it is kept. */
  async packed(state: TerraformState, { contentFrom, contentEntries }: KeptVersion): Promise<Buffer> {
    return Buffer.concat(await this.#logs.read(contentsOf(uidOf(state)), contentFrom, contentEntries));
  }

  /** Removes all versions of a state, for good. */
  async remove(uid: string): Promise<void> {
    await this.#logs.remove(contentsOf(uid));
    await this.#logs.remove(versionsOf(uid));
  }
}

/** @throws TypeError when an entry is not one of ours */
function keptVersion(entry: Buffer): KeptVersion {
  const value: unknown = JSON.parse(entry.toString());
  if (!isKeptVersion(value)) throw new TypeError('an entry of the versions of a state tells of none');
  return value;
}

function isKeptVersion(value: unknown): value is KeptVersion {
  return (
    isObject(value) &&
    ['serial', 'contentFrom', 'contentEntries'].every((name) => typeof value[name] === 'number')
  );
}

const versionsOf = (uid: string): string => `states/${uid}/versions`;
const contentsOf = (uid: string): string => `states/${uid}/contents`;

/** States that are made anew under an old name find nothing of the old one. */
export function uidOf({ metadata }: TerraformState): string {
  return metadata.uid;
}
