import type { Invocation } from '../cli/command.ts';
import { UsageFailure } from '../cli/failure.ts';
import { nearest } from '../cli/suggest.ts';
import { applyStack } from '../stack/stack-apply.ts';
import { approveStack } from '../stack/stack-approve.ts';
import { StackClient } from '../stack/stack-client.ts';
import { driftOfStack } from '../stack/stack-drift.ts';
import { listStacks } from '../stack/stack-list.ts';
import { planStack } from '../stack/stack-plan.ts';
import { stateOfStack } from '../stack/stack-state.ts';

type Action = (invocation: Invocation, client: StackClient, name: string) => Promise<number>;

/** What is done with one stack, and which options go with it. */
const actions: Readonly<Record<string, { readonly act: Action; readonly options: readonly string[] }>> = {
  plan: { act: planStack, options: ['new', 'run', 'form', 'forge', 'detailed-exitcode'] },
  approve: { act: approveStack, options: ['digest', 'reject', 'reason'] },
  apply: { act: applyStack, options: ['wait'] },
  drift: { act: driftOfStack, options: ['now', 'detailed-exitcode'] },
  state: { act: stateOfStack, options: ['serial', 'diff', 'rollback', 'unlock'] },
};
const sharedOptions = ['namespace', 'kubeconfig', 'json'];

/** Plans, approves and applies stacks, and tells of their drift and state. */
export async function run(invocation: Invocation): Promise<number> {
  const [verb = 'list', name] = invocation.positionals;
  if (verb === 'list') {
    requireOptions(invocation, verb, ['all-namespaces']);
    if (name !== undefined)
      throw new UsageFailure('plinth stack list takes no name', `one stack: plinth stack plan ${name}`);
    return await listStacks(invocation, new StackClient(invocation));
  }
  const action = Object.hasOwn(actions, verb) ? actions[verb] : undefined;
  if (!action) {
    const verbs = ['list', ...Object.keys(actions)];
    const meant = nearest(verb, verbs);
    const choices = `choose one of ${verbs.join(', ')}`;
    const hint =
      meant === undefined
        ? `${choices}; of a stack of that name: plinth stack plan ${verb}`
        : `did you mean ${meant}? ${choices}`;
    throw new UsageFailure(`plinth stack cannot "${verb}"`, hint);
  }
  if (name === undefined) {
    throw new UsageFailure(
      'NAME is missing',
      `write plinth stack ${verb} NAME; all stacks: plinth stack list`,
    );
  }
  requireOptions(invocation, verb, action.options);
  return await action.act(invocation, new StackClient(invocation), name.replace(/^stacks?\//, ''));
}

/** @throws UsageFailure for an option of another action */
function requireOptions({ options }: Invocation, verb: string, known: readonly string[]): void {
  const strange = [...options.keys()].find((name) => !known.includes(name) && !sharedOptions.includes(name));
  if (strange === undefined) return;
  const owner = Object.keys(actions).find((one) => actions[one]?.options.includes(strange)) ?? 'list';
  throw new UsageFailure(
    `--${strange} does not go with plinth stack ${verb}`,
    `it is of plinth stack ${owner}; see: plinth help stack`,
  );
}
