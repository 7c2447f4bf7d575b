import {
  type CapabilityLogs,
  type Client,
  type Clock,
  draft,
  type EventRecorder,
  formatTime,
  type HttpRequest,
  isAlreadyThere,
  isConflict,
  type ObjectName,
  StatusError,
} from '@plinth/kernel';
import { historyMax, racesMax, serialStepMax } from '../limits.ts';
import { type LockInfo, lockOf } from './lock-info.ts';
import { StatePacker } from './state-packer.ts';
import type { PackedState } from './state-packing.ts';
import { type StateVersion, StateVersions, uidOf } from './state-versions.ts';
import {
  heldText,
  type TerraformState,
  type TerraformStateLock,
  type TerraformStateStatus,
  terraformStateKind,
  terraformStates,
} from './terraform-state-kind.ts';

/** What the states of a virtual cluster stand on. */
export interface StatesOptions {
  readonly client: Client;
  readonly logs: CapabilityLogs;
  readonly recorder: EventRecorder;
  readonly clock: Clock;
}

/** An entry of the audit log. */
type Entry = ReturnType<HttpRequest['entry']>;

/** How a lock is asked for. */
export interface LockRequest {
  readonly info: LockInfo;
  readonly user: string;
  readonly entry: Entry;
}

/** How a lock was asked for: it is held now, or another one holds it. */
export type LockOutcome = { readonly held: true } | { readonly held: false; readonly by: TerraformStateLock };

/** What a write of a state comes with. */
export interface StateWrite {
  readonly packed: PackedState;
  /** The lock that the client says it holds; empty where it says none. */
  readonly lockId: string;
  readonly by: string;
  readonly entry: Entry;
}

/** What is said of a write before its content comes. */
export interface AnnouncedWrite extends Pick<StateWrite, 'lockId' | 'by'> {
  readonly serial: number;
  /** Absent where the client does not say it. */
  readonly lineage?: string;
  /** In base 64. */
  readonly md5: string;
}

/** Where a rollback comes from. */
export interface RollbackWrite {
  readonly packed: PackedState;
  readonly by: string;
  readonly rollbackTo: number;
  readonly rollbackUid: string;
}

/**
 * The states of a virtual cluster, their locks and their versions.
 *
 * ```
 * unlocked  nobody works on it; LOCK takes it
 * locked    the holder writes, others wait; UNLOCK by the holder, or by force
 * ```
 *
 * Each change is one commit, guarded by the revision of the object that it was decided on: of any number of clients at
 * any number of processes one gets the lock, and a version follows the one that its writer knew.
 */
export class States {
  readonly versions: StateVersions;
  readonly packer: StatePacker;
  readonly #client: Client;
  readonly #recorder: EventRecorder;
  readonly #clock: Clock;

  constructor({ client, logs, recorder, clock }: StatesOptions) {
    this.#client = client;
    this.#recorder = recorder;
    this.#clock = clock;
    this.versions = new StateVersions(logs);
    this.packer = new StatePacker(clock);
  }

  get(name: ObjectName): TerraformState | undefined {
    return this.#client.get(terraformStates, name);
  }

  /** Takes the lock of a state, which is made when it is not there. @throws StatusError 404 for a namespace that is not there */
  async lock(name: ObjectName, { info, user, entry }: LockRequest): Promise<LockOutcome> {
    const find = () => this.get(name) ?? this.#create(name);
    return await this.#settle(find, async (state) => {
      const held = state.status?.lock;
      // The answer to the same question may have been lost.
      if (held) return held.id === info.ID && held.user === user ? { held: true } : { held: false, by: held };
      await this.#change(state, { lock: lockOf(info, user, this.#now()) }, [entry]);
      return { held: true };
    });
  }

  /**
   * Gives a lock back. There may be none: the answer to the same question may have been lost.
   * @param id the lock; undefined for whatever lock there is
   * @param entry asked with the lock before it goes; throws when it may not
   * @returns the lock that is there still, when it is another one
   */
  async unlock(
    name: ObjectName,
    id: string | undefined,
    entry: (lock: TerraformStateLock) => Entry,
  ): Promise<TerraformStateLock | undefined> {
    for (let race = 0; ; race++) {
      const state = this.get(name);
      const held = state?.status?.lock;
      if (!state || !held) return undefined;
      if (id !== undefined && id !== held.id) return held;
      const entered = entry(held);
      try {
        await this.#change(state, { lock: null }, [entered]);
        return undefined;
      } catch (error) {
        if (!isConflict(error) || race >= racesMax) throw error;
      }
    }
  }

  /**
   * Keeps a new version, which has to follow the newest one.
   * @returns the version; that which is there when it is the same
   * @throws StatusError 409 with what to do
   */
  async write(name: ObjectName, write: StateWrite): Promise<StateVersion> {
    const find = (): TerraformState => {
      const state = this.get(name);
      if (!state) throw withoutLock();
      return state;
    };
    try {
      return await this.#settle(find, async (state) => await this.#writeTo(state, write));
    } catch (error) {
      this.#tell(name, error);
      throw error;
    }
  }

  async #writeTo(state: TerraformState, { packed, lockId, by, entry }: StateWrite): Promise<StateVersion> {
    requireLock(state, lockId, by);
    const { header, md5 } = packed;
    // The answer to the same write may have been lost.
    const known = await this.#same(state, header.serial, md5);
    if (known?.sha256 === packed.sha256) return known;
    requireFollowing(state, header);
    return await this.#append(state, packed, { by }, [entry]);
  }

  /** The newest version, when it is this one. */
  async #same(state: TerraformState, serial: number, md5: string): Promise<StateVersion | undefined> {
    if (serial !== state.status?.serial) return undefined;
    const known = await this.versions.find(state, serial);
    return known?.md5 === md5 ? known : undefined;
  }

  /**
   * Checks what is announced, as the write of it will be checked again: what a client is told there, it may not show.
   * @throws StatusError 409 with what to do
   */
  async requireWritable(
    name: ObjectName,
    { serial, lineage, md5, lockId, by }: AnnouncedWrite,
  ): Promise<void> {
    const state = this.get(name);
    try {
      if (!state) throw withoutLock();
      requireLock(state, lockId, by);
      if (await this.#same(state, serial, md5)) return;
      requireFollowing(state, { serial, lineage: lineage ?? state.status?.lineage ?? '' });
    } catch (error) {
      this.#tell(name, error);
      throw error;
    }
  }

  /**
   * Writes a rollback as the version after `ifSerial`, once for each `rollbackUid`.
   * @returns the version; or the lock, while somebody holds it
   * @throws StatusError 409 when another version came since
   */
  async rollBack(
    name: ObjectName,
    ifSerial: number,
    write: RollbackWrite,
  ): Promise<StateVersion | TerraformStateLock> {
    for (let race = 0; ; race++) {
      const state = this.get(name);
      if (!state)
        throw new StatusError(404, 'NotFound', `there is no state ${name.namespace}/${name.name}`, undefined);
      const done = await this.versions.find(state, ifSerial + 1);
      if (done?.rollbackUid === write.rollbackUid) return done;
      if (state.status?.serial !== ifSerial) {
        throw refused(
          `the newest version has serial ${state.status?.serial ?? 'none'}, not ${ifSerial}: another one came since`,
        );
      }
      if (state.status.lock) return state.status.lock;
      try {
        const { packed, by, rollbackTo, rollbackUid } = write;
        return await this.#append(state, packed, { by, rollbackTo, rollbackUid });
      } catch (error) {
        if (!isConflict(error) || race >= racesMax) throw error;
      }
    }
  }

  /** Decides on the present state, again when others were faster. */
  async #settle<Result>(
    find: () => TerraformState | Promise<TerraformState>,
    decide: (state: TerraformState) => Promise<Result>,
  ): Promise<Result> {
    for (let race = 0; ; race++) {
      try {
        const state = await find();
        if (state.metadata.deletionTimestamp !== undefined) throw refused('the state is being deleted');
        return await decide(state);
      } catch (error) {
        const isRace = (isConflict(error) && !(error instanceof StateRefusal)) || isAlreadyThere(error);
        if (!isRace || race >= racesMax) throw error;
      }
    }
  }

  /** Terraform shows nobody what a refusal says, so it stands with the state, too. */
  #tell(name: ObjectName, error: unknown): void {
    const object = this.get(name);
    if (!object || !(error instanceof StateRefusal)) return;
    this.#recorder.record({ object, type: 'Warning', reason: 'WriteRefused', message: error.message });
  }

  async #create(name: ObjectName): Promise<TerraformState> {
    const { group, version, kind } = terraformStateKind;
    const object = draft(`${group}/${version}`, kind, { ...name });
    return await this.#client.create(terraformStates, object);
  }

  async #append(
    state: TerraformState,
    packed: PackedState,
    facts: Pick<StateVersion, 'by' | 'rollbackTo' | 'rollbackUid'>,
    besides: readonly Entry[] = [],
  ): Promise<StateVersion> {
    const { header, sizeBytes, md5, sha256 } = packed;
    const { serial, lineage, terraformVersion, resources, isEncrypted } = header;
    const encrypted = isEncrypted ? { encrypted: true } : {};
    const told = { serial, terraformVersion, resources, sizeBytes, at: this.#now(), ...encrypted };
    const operation = state.status?.lock?.operation ?? '';
    const version: StateVersion = { ...told, ...facts, lineage, operation, md5, sha256 };
    const { by, rollbackTo } = facts;
    const newest = { ...told, by, ...(rollbackTo === undefined ? {} : { rollbackTo }) };
    const { firstSerial = serial, versions = 0, history = [] } = state.status ?? {};
    await this.#change(
      state,
      {
        serial,
        firstSerial,
        versions: versions + 1,
        lineage,
        terraformVersion,
        resources,
        encrypted: isEncrypted ? true : null,
        sizeBytes,
        sha256,
        updatedAt: told.at,
        updatedBy: by,
        history: [newest, ...history].slice(0, historyMax),
      },
      [...this.versions.entries(uidOf(state), packed, version), ...besides],
    );
    return version;
  }

  /** @throws StatusError 409 when the object has changed since it was read */
  async #change(
    { metadata }: TerraformState,
    status: { readonly [Field in keyof TerraformStateStatus]?: TerraformStateStatus[Field] | null },
    appends: readonly Entry[],
  ): Promise<void> {
    const { namespace, name, resourceVersion } = metadata;
    const id = namespace === undefined ? { name } : { namespace, name };
    const patch = { metadata: { resourceVersion }, status: { ...status } };
    await this.#client.patch(terraformStates, id, patch, 'status', appends);
  }

  #now(): string {
    return formatTime(this.#clock.now());
  }
}

/** A conflict that trying again does not settle. */
class StateRefusal extends StatusError {}

function refused(message: string): StateRefusal {
  return new StateRefusal(409, 'Conflict', message, undefined);
}

/** @throws StatusError 409 unless what was sent is a later version of the same state */
function requireFollowing(
  { status }: TerraformState,
  sent: { readonly serial: number; readonly lineage: string },
): void {
  const { serial, lineage } = status ?? {};
  if (lineage !== undefined && lineage !== sent.lineage) {
    throw refused(
      `the state has the lineage ${lineage}, and what was sent ${sent.lineage}: it is the state of something else. ` +
        'Send it to a workspace of its own, or delete this state first',
    );
  }
  if (serial !== undefined) requireNext(serial, sent.serial);
}

/** @throws StatusError 409 unless what was sent follows the newest version */
function requireNext(newest: number, sent: number): void {
  if (sent > newest && sent <= newest + serialStepMax) return;
  throw refused(
    `the newest version has serial ${newest}, and what was sent has ${sent}: it was not made from that version. Pull the state, ` +
      `and do the change again${sent > newest ? `; or give what is to be pushed the serial ${newest + 1}` : ''}`,
  );
}

/** @throws StatusError 409 unless the sender may write now */
function requireLock({ spec, status }: TerraformState, lockId: string, by: string): void {
  const held = status?.lock;
  if (held) {
    if (held.id === lockId && held.user === by) return;
    const came = lockId === '' ? 'without a lock' : `from ${by} with lock ${lockId}`;
    throw refused(`${heldText(held)}, and the write came ${came}`);
  }
  if (lockId !== '') {
    throw refused(
      `lock ${lockId} does not hold any more: somebody took it away. Pull the state, and do the change again`,
    );
  }
  if (spec?.locking === 'Optional') return;
  throw withoutLock();
}

function withoutLock(): StateRefusal {
  return refused(
    'the write came without a lock. Leave out -lock=false (a backend of the type http needs lock_address and unlock_address, too), ' +
      'or set spec.locking of the TerraformState to Optional',
  );
}
