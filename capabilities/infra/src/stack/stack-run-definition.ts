import { enumOf, Type } from '@plinth/kernel';
import type { Static } from 'typebox';

/** What a run of a stack is given. */
const input = Type.Object({
  stack: Type.String({ minLength: 1, description: 'The Stack, in the namespace of the run.' }),
  mode: enumOf(['apply', 'destroy', 'drift'], {
    description: 'Whether what is declared is applied, all of it destroyed, or drift looked for.',
  }),
  revision: Type.String({ description: 'What of the source: commit, or digest of the directory.' }),
  fingerprint: Type.String({ description: 'Names all that the plan depends on.' }),
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
