import { type CapabilityContext, type ObjectName, StatusError } from '@plinth/kernel';
import { isRecord, parseJson, printJson } from '@plinth/terraform-json';
import { StateError } from '@plinth/terraform-state';
import { packState } from '../state/state-packing.ts';
import type { States } from '../state/states.ts';
import type { Bundles } from './bundles.ts';
import { logOf, type StackRunIdentity, userOf } from './stack-job.ts';
import type { WorkingDirectory } from './working-directory.ts';

/** What is cleared up with. */
export interface LeftStatesOptions extends Pick<CapabilityContext, 'audit' | 'random'> {
  readonly states: States;
  readonly bundles: Bundles;
}

/** What programs leave behind that were killed, or could not reach their state: its newest version, and its lock. */
export class LeftStates {
  readonly #options: LeftStatesOptions;

  constructor(options: LeftStatesOptions) {
    this.#options = options;
  }

  /**
   * Takes in the state that a program wrote to a file because it could not hand it over, and gives its lock back.
   * @returns what is to be known about that, for people; empty when there was none
   */
  async take(run: StackRunIdentity, name: ObjectName, directory: WorkingDirectory): Promise<string> {
    const left = await directory.leftState();
    if (!left) return '';
    const user = userOf(run);
    try {
      const isFirst = this.#options.states.get(name)?.status?.serial === undefined;
      const packed = await packState(isFirst ? asFirst(left, this.#options.random.uuid()) : left);
      const { serial } = packed.header;
      const lockId = await this.#hold(name, user);
      const entry = this.#entry(name, user, 'write', { serial });
      await this.#options.states.write(name, { packed, lockId, by: user, entry });
      return `the state that it left has become serial ${serial}`;
    } catch (error) {
      const isStoreFailure = error instanceof StatusError && error.code >= 500;
      if (isStoreFailure || !(error instanceof Error)) throw error;
      await this.#options.bundles.keep(logOf(run, 'left'), left);
      return `the state that it left could not be taken (${error.message}); it is kept with the run`;
    } finally {
      await this.release(run, name);
    }
  }

  /** Gives the lock back that a run holds, if it holds it. */
  async release(run: StackRunIdentity, name: ObjectName): Promise<void> {
    const { states } = this.#options;
    const user = userOf(run);
    const held = states.get(name)?.status?.lock;
    if (held?.user !== user) return;
    await states.unlock(name, held.id, () => this.#entry(name, user, 'unlock', { lock: held.id }));
  }

  /** @returns the lock that the run holds, which it takes when it has none */
  async #hold(name: ObjectName, user: string): Promise<string> {
    const { states, random } = this.#options;
    const held = states.get(name)?.status?.lock;
    if (held?.user === user) return held.id;
    const id = random.uuid();
    const info = { ID: id, Operation: 'Recover', Info: '', Who: user, Version: '', Created: '', Path: '' };
    const outcome = await states.lock(name, {
      info,
      user,
      entry: this.#entry(name, user, 'lock', { lock: id }),
    });
    if (outcome.held) return id;
    throw new StatusError(409, 'Conflict', `${outcome.by.user} holds the lock`);
  }

  #entry(
    { namespace = '', name }: ObjectName,
    user: string,
    action: string,
    facts: Readonly<Record<string, string | number>>,
  ): ReturnType<CapabilityContext['audit']['entry']> {
    return this.#options.audit.entry(`/terraform/state/${namespace}/${name}`, { action, on: user, ...facts });
  }
}

/** A state that was to be the first one has no lineage and no serial before it has been handed over. */
function asFirst(left: Buffer, lineage: string): Buffer {
  const root = parseJson(left, (message) => new StateError(message));
  const isNamed =
    !isRecord(root) ||
    // A lineage that OpenTofu finds beside what it encrypted has to be the one within.
    root['encryption_version'] !== undefined ||
    (root['lineage'] !== '' && root['lineage'] !== undefined);
  return isNamed ? left : Buffer.from(printJson({ ...root, lineage, serial: 1 }));
}
