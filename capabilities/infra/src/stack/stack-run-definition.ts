import { enumOf, Type } from '@plinth/kernel';
import type { Static } from 'typebox';
import { addressesMax } from '../limits.ts';

const addresses = (description: string) =>
  Type.Optional(Type.Array(Type.String(), { maxItems: addressesMax, description }));

const remote = Type.Object(
  {
    until: enumOf(['plan', 'confirm', 'apply'], {
      description: 'Whether it only plans, applies when somebody has said yes to the plan, or at once.',
    }),
    saved: Type.Optional(
      Type.Boolean({ description: 'Whether it is planned now, to be applied by another command.' }),
    ),
    refresh: Type.Optional(
      Type.Boolean({ description: 'Whether what is there is looked at first; true when absent.' }),
    ),
    targets: addresses('Only these are planned.'),
    replaces: addresses('These are made anew.'),
  },
  { description: 'What somebody asked for who started it by terraform plan or terraform apply.' },
);

/** What a run of a stack is given. */
const input = Type.Object({
  stack: Type.String({ minLength: 1, description: 'The Stack, in the namespace of the run.' }),
  mode: enumOf(['apply', 'destroy', 'refresh', 'drift'], {
    description:
      'Whether what is declared is applied, all of it destroyed, drift taken into the state, or drift looked for.',
  }),
  revision: Type.String({ description: 'What of the source: commit, or digest of the directory.' }),
  fingerprint: Type.Optional(
    Type.String({
      description: 'Names all that the plan depends on; of a remote run, that of when its turn has come.',
    }),
  ),
  configuration: Type.Optional(
    Type.String({ description: 'The ConfigurationVersion, where the source is uploaded.' }),
  ),
  remote: Type.Optional(remote),
  ask: Type.Optional(
    Type.Boolean({ description: 'Whether the plan waits for approval, whatever the stack says.' }),
  ),
});

export type StackRunInput = Static<typeof input>;

/** The run of a stack, without what it does: that is loaded when there is a stack. */
export const stackRunDefinition = {
  name: 'infra.stack',
  version: 1,
  description: 'Plans a Stack, has the plan approved, and applies exactly that plan.',
  input,
} as const;
