import type { Client, ObjectName } from '@plinth/kernel';
import { printJson } from '@plinth/terraform-json';
import { EncryptedStateError, type Output, parseState } from '@plinth/terraform-state';
import { outputCharactersMax, outputsShownMax } from '../limits.ts';
import type { States } from '../state/states.ts';
import { StackError } from './stack-error.ts';
import { isStack, type StackOutput, stacks, stateOf } from './stack-fields.ts';

/** What is told of a state. */
export interface StateFacts {
  /** -1 where there is none. */
  readonly serial: number;
  readonly resources: number;
  readonly outputs: readonly StackOutput[];
}

/** The outputs of a stack, as its state has them. @throws StackError when it has not been applied */
export async function outputsOf(
  client: Client,
  states: States,
  name: ObjectName,
): Promise<ReadonlyMap<string, Output>> {
  const stack = client.get(stacks, name);
  const shown = `${name.namespace ?? ''}/${name.name}`;
  if (!isStack(stack)) throw new StackError('WaitingForStack', `there is no Stack ${shown}`);
  try {
    const outputs = await outputsIn(states, stateOf(stack));
    if (outputs) return outputs;
  } catch (error) {
    if (!(error instanceof EncryptedStateError)) throw error;
    throw new StackError(
      'ValueMissing',
      `Stack ${shown}: ${error.message}, so that its outputs cannot be read: hand the value over in a Secret`,
    );
  }
  throw new StackError('WaitingForStack', `Stack ${shown} has not been applied yet`);
}

/** What the newest version of a state has. */
export async function stateFacts(states: States, name: ObjectName): Promise<StateFacts> {
  const { serial = -1, resources = 0, encrypted } = states.get(name)?.status ?? {};
  const outputs = encrypted ? undefined : await outputsIn(states, name);
  return { serial, resources, outputs: [...(outputs ?? [])].slice(0, outputsShownMax).map(shownOutput) };
}

async function outputsIn(states: States, name: ObjectName): Promise<ReadonlyMap<string, Output> | undefined> {
  const state = states.get(name);
  const serial = state?.status?.serial;
  const version = state && serial !== undefined ? await states.versions.find(state, serial) : undefined;
  if (!state || !version) return undefined;
  return parseState(await states.versions.content(state, version)).outputs;
}

function shownOutput([name, { value, isSensitive }]: readonly [string, Output]): StackOutput {
  if (isSensitive) return { name, sensitive: true };
  const text = printJson(value);
  return text.length > outputCharactersMax ? { name } : { name, value: text };
}
