import {
  type Clock,
  type Controller,
  defineController,
  equalJson,
  formatTime,
  type KubeObject,
  type ObjectName,
  type SectionChange,
  type SectionResult,
  StatusError,
  setCondition,
} from '@plinth/kernel';
import {
  diffStates,
  parseState,
  readHeader,
  type StateDifference,
  withSerial,
} from '@plinth/terraform-state';
import { lockedRetryMs } from '../limits.ts';
import {
  isTerraformRollback,
  type TerraformRollback,
  terraformRollbackKind,
  terraformRollbacks,
} from './rollback-kind.ts';
import { packState } from './state-packing.ts';
import type { KeptVersion } from './state-versions.ts';
import type { States } from './states.ts';
import {
  heldText,
  type TerraformState,
  type TerraformStateLock,
  terraformStates,
} from './terraform-state-kind.ts';

/** How a rollback is. */
interface Progress {
  readonly status: 'True' | 'False' | 'Unknown';
  readonly reason: 'RolledBack' | 'Locked' | 'Refused';
  readonly message: string;
  /** The version that it became. */
  readonly serial?: number;
}

/** Carries rollbacks out, each once. One that was refused is never tried again: what it was decided on has gone. */
export function rollbacks(states: States, clock: Clock): Controller {
  return defineController({
    name: 'terraformrollbacks',
    resource: terraformRollbacks,
    watches: [
      {
        resource: terraformStates,
        map: (state, { client }) => waitingFor(client.list(terraformRollbacks), state),
      },
    ],
    async reconcile(name, { client }) {
      const rollback = client.get(terraformRollbacks, name);
      if (!isTerraformRollback(rollback) || isEnded(rollback)) return;
      const progress = await rollBack(states, rollback);
      const { serial, ...condition } = progress;
      const { status, metadata } = rollback;
      const next = {
        ...(serial === undefined ? {} : { serial }),
        conditions: setCondition(
          status?.conditions,
          { type: 'Complete', observedGeneration: metadata.generation ?? 0, ...condition },
          formatTime(clock.now()),
        ).map((one) => ({ ...one })),
      };
      if (!equalJson(next, status)) {
        await client.patch(terraformRollbacks, name, { status: { ...next } }, 'status');
      }
      return progress.reason === 'Locked' ? { requeueAfterMs: lockedRetryMs } : undefined;
    },
  });
}

/** Rollbacks that may go on now that a state has changed. */
function waitingFor(all: readonly KubeObject[], { metadata }: KubeObject): ObjectName[] {
  return all
    .filter(isTerraformRollback)
    .filter((one) => !isEnded(one) && one.spec.state === metadata.name)
    .filter((one) => one.metadata.namespace === metadata.namespace)
    .map(({ metadata: { namespace = '', name } }) => ({ namespace, name }));
}

function isEnded({ status }: TerraformRollback): boolean {
  const reason = status?.conditions?.find(({ type }) => type === 'Complete')?.reason;
  return reason === 'RolledBack' || reason === 'Refused';
}

async function rollBack(states: States, { metadata, spec }: TerraformRollback): Promise<Progress> {
  const { namespace = '', uid, name } = metadata;
  const stateName = { namespace, name: spec.state };
  const state = states.get(stateName);
  const version = state && (await states.versions.find(state, spec.toSerial));
  if (!state || !version) {
    const what = state
      ? `there is no serial ${spec.toSerial}`
      : `there is no state ${namespace}/${spec.state}`;
    return { status: 'False', reason: 'Refused', message: what };
  }
  // What waits is not made ready again and again.
  if (state.status?.lock) return locked(state.status.lock);
  if (version.encrypted) {
    return { status: 'False', reason: 'Refused', message: encryptedText(spec.toSerial) };
  }
  const content = await states.versions.content(state, version);
  const packed = await packState(withSerial(content, readHeader(content), spec.ifSerial + 1));
  const by = `${terraformRollbackKind.plural}/${name}`;
  try {
    const done = await states.rollBack(stateName, spec.ifSerial, {
      packed,
      by,
      rollbackTo: spec.toSerial,
      rollbackUid: uid,
    });
    if (!('serial' in done)) return locked(done);
    const message = `serial ${done.serial} has the content of serial ${spec.toSerial}`;
    return { status: 'True', reason: 'RolledBack', message, serial: done.serial };
  } catch (error) {
    if (!(error instanceof StatusError) || error.code >= 500) throw error;
    return { status: 'False', reason: 'Refused', message: error.message };
  }
}

function locked(held: TerraformStateLock): Progress {
  return { status: 'Unknown', reason: 'Locked', message: heldText(held) };
}

/** What the rollbacks among the changes of a plan change in their states; undefined when there are none. */
export async function describeRollbacks(
  states: States,
  changes: readonly SectionChange[],
): Promise<SectionResult | undefined> {
  const created = changes.map(rollbackOf).filter((one) => one !== undefined);
  if (created.length === 0) return undefined;
  const all = await Promise.all(created.map(async (one) => await describe(states, one)));
  return {
    summary: all.map(({ summary }) => summary).join('; '),
    destructive: true,
    lines: all.flatMap(({ lines }) => lines),
  };
}

function rollbackOf({ operation, after }: SectionChange): TerraformRollback | undefined {
  const isOurs = operation === 'Create' && after?.kind === terraformRollbackKind.kind;
  return isOurs && isTerraformRollback(after) ? after : undefined;
}

async function describe(
  states: States,
  { metadata, spec }: TerraformRollback,
): Promise<{ readonly summary: string; readonly lines: readonly string[] }> {
  const { namespace = '' } = metadata;
  const state = states.get({ namespace, name: spec.state });
  const [from, to] = state
    ? await Promise.all([
        states.versions.find(state, spec.ifSerial),
        states.versions.find(state, spec.toSerial),
      ])
    : [];
  if (!state || !from || !to) {
    return {
      summary: `${namespace}/${spec.state} has no serial ${to ? spec.ifSerial : spec.toSerial}`,
      lines: [],
    };
  }
  if (to.encrypted) {
    return {
      summary: `${namespace}/${spec.state} cannot go back: ${encryptedText(spec.toSerial)}`,
      lines: [],
    };
  }
  const difference = from.encrypted ? undefined : await differenceOf(states, state, [from, to]);
  const stale =
    state.status?.serial === spec.ifSerial
      ? ''
      : `, which is not the newest any more (${state.status?.serial})`;
  return {
    summary: `${namespace}/${spec.state} goes back from serial ${spec.ifSerial}${stale} to ${spec.toSerial} of ${to.at}: ${countText(difference)}`,
    lines: difference ? differenceLines(difference) : [],
  };
}

function countText(difference: StateDifference | undefined): string {
  if (!difference) return 'what differs is not known, as OpenTofu has encrypted the newer one';
  const count = difference.resources.length;
  return `${count} ${count === 1 ? 'resource differs' : 'resources differ'}`;
}

async function differenceOf(
  states: States,
  state: TerraformState,
  versions: readonly KeptVersion[],
): Promise<StateDifference> {
  const [before, after] = await Promise.all(
    versions.map(async (one) => parseState(await states.versions.content(state, one))),
  );
  return diffStates(before, after);
}

/** A serial stands in what OpenTofu encrypts as well, so nobody else can give it another one. */
function encryptedText(serial: number): string {
  return `OpenTofu has encrypted serial ${serial}, and refuses it under another serial`;
}

const signs = { added: '+', removed: '-', changed: '~' } as const;

/** What differs, a line each: for people. */
function differenceLines({ resources, outputs }: StateDifference): string[] {
  const sides = ({
    before,
    after,
  }: {
    readonly before: string | undefined;
    readonly after: string | undefined;
  }) => `${before ?? '(none)'} -> ${after ?? '(none)'}`;
  return [
    ...resources.flatMap(({ address, change, values }) => [
      `${signs[change]} ${address}`,
      ...values.map((value) => `    ${value.path}: ${sides(value)}`),
    ]),
    ...outputs.map((output) => `~ output ${output.name}: ${sides(output)}`),
  ];
}
