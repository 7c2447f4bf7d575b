import { type Column, defineKind, sourceText, Type } from '@plinth/kernel';
import { isStack, type StackSpec, shortRevision, stackSpec, stackStatus, stacks } from './stack-fields.ts';
import { stackStrategy } from './stack-rules.ts';

const columns: readonly Column[] = [
  {
    name: 'Revision',
    type: 'string',
    description: 'What the source has.',
    cell: (object) => (isStack(object) ? shortRevision(object.status?.revision ?? '') : ''),
  },
  {
    name: 'Ready',
    type: 'string',
    description: 'Whether it is as declared.',
    cell: '.status.conditions[?(@.type=="Ready")].status',
  },
  {
    name: 'Reason',
    type: 'string',
    description: 'Where it stands.',
    cell: '.status.conditions[?(@.type=="Ready")].reason',
  },
  {
    name: 'Plan',
    type: 'string',
    description: 'What the newest plan would do.',
    cell: '.status.plan.headline',
  },
  { name: 'Serial', type: 'integer', description: 'Serial of its state.', cell: '.status.applied.serial' },
  {
    name: 'Source',
    type: 'string',
    description: 'Where the configuration is.',
    priority: 1,
    cell: (object) => (isStack(object) ? placeOf(object.spec) : ''),
  },
  {
    name: 'Message',
    type: 'string',
    description: 'The state in words.',
    priority: 1,
    cell: '.status.conditions[?(@.type=="Ready")].message',
  },
];

/** A configuration of Terraform or OpenTofu that is kept planned, approved and applied. */
export const stackKind = defineKind({
  group: stacks.group,
  version: 'v1alpha1',
  kind: 'Stack',
  plural: stacks.resource,
  scope: 'Namespaced',
  categories: ['plinth'],
  description:
    'Stack keeps a configuration of Terraform or OpenTofu applied: it plans whatever changes in its source, its variables or the ' +
    'stacks before it, waits for approval of exactly that plan, and applies it once. Its program runs as the user of Plinth: ' +
    'who may write Stacks may run programs there.',
  fields: { spec: stackSpec, status: Type.Optional(stackStatus) },
  columns,
  strategy: stackStrategy,
});

function placeOf({ source }: StackSpec): string {
  if (source.upload) return 'terraform apply';
  return source.module ? `${source.module.source} ${source.module.version}` : sourceText(source);
}
