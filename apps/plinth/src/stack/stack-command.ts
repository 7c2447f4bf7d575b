import type { CommandSpec } from '../cli/command.ts';
import { kubeconfig, namespace } from '../cli/shared-options.ts';

/** What `plinth stack` takes. */
export const stackCommand: CommandSpec = {
  name: 'stack',
  summary: 'Plan, approve and apply stacks of Terraform, and see drift and state',
  positionals: [
    {
      name: 'ACTION',
      required: false,
      choices: ['list', 'plan', 'approve', 'apply', 'drift', 'state'],
      description: 'list (default), plan, approve, apply, drift or state NAME.',
    },
    { name: 'NAME', required: false, description: 'The stack.' },
  ],
  options: [
    { name: 'new', description: 'plan: have a new one made, which waits for approval, and follow it.' },
    { name: 'run', value: 'RUN', description: 'plan: the one that this run made, of those that are kept.' },
    {
      name: 'form',
      value: 'FORM',
      choices: ['text', 'markdown', 'json'],
      description: 'plan: text (default), markdown for a comment, or json as Terraform writes it.',
    },
    {
      name: 'forge',
      value: 'FORGE',
      choices: ['github', 'gitlab', 'azure-devops', 'plain'],
      description: 'plan: where the comment is for; default github.',
    },
    {
      name: 'detailed-exitcode',
      description: 'plan, drift: exit with 2 when there is something to apply, or something has drifted.',
    },
    {
      name: 'digest',
      value: 'DIGEST',
      description: 'approve: the plan that was looked at, or the beginning of it; another one is refused.',
    },
    { name: 'reject', description: 'approve: reject it instead.' },
    { name: 'reason', value: 'TEXT', description: 'approve: why, for those who read it later.' },
    {
      name: 'wait',
      value: 'SECONDS',
      description: 'apply: how long approval is waited for; default until it is decided, 0 does not wait.',
    },
    { name: 'now', description: 'drift: look for it now, and follow that.' },
    { name: 'serial', value: 'N', description: 'state: what this version changed.' },
    { name: 'diff', value: 'A..B', description: 'state: what differs between two versions.' },
    { name: 'rollback', value: 'N', description: 'state: make a plan that brings this version back.' },
    { name: 'unlock', value: 'LOCK', description: 'state: take this lock away, when its holder is gone.' },
    { name: 'all-namespaces', short: 'A', description: 'list: stacks of all namespaces.' },
    namespace,
    kubeconfig,
  ],
  notes: [
    'plan, apply and drift print the log of Terraform to standard error; Ctrl-C leaves it, and it goes on.',
    'apply approves nothing: it says who has to, and waits. It exits with 0 when all is applied or nothing is to',
    'be done, with 1 when it did not end so, and with 3 when it still waits for approval after --wait.',
    'plan exits with 1 when no plan could be made, or policies deny a new one.',
    'approve shows the plan and approves exactly that one, whatever takes its place meanwhile.',
  ],
  examples: [
    'plinth stack',
    'plinth stack plan network --new',
    'plinth stack plan network --form markdown --forge gitlab',
    'plinth stack approve network --digest 9f31c2a7b04d',
    'plinth stack apply network -n prod',
    'plinth stack drift network --now',
    'plinth stack state network --diff 3..5',
  ],
  load: () => import('../commands/stack.ts'),
};
