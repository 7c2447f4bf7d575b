import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import {
  type Column,
  conditionSchema,
  defineKind,
  type KubeObject,
  listMapOf,
  mapOf,
  Type,
} from '@plinth/kernel';
import type { Static } from 'typebox';
import { durationField } from '../duration-field.ts';
import type * as Validation from './validate-rules.ts';

const texts = (description: string) => Type.Optional(mapOf(Type.String(), { description }));

const rule = Type.Object(
  {
    record: Type.Optional(
      Type.String({
        description: 'Name of the series that the result is stored as. Exactly one of record and alert.',
      }),
    ),
    alert: Type.Optional(Type.String({ description: 'Name of the alert. Exactly one of record and alert.' })),
    expr: Type.Unsafe<string | number>({
      anyOf: [{ type: 'integer' }, { type: 'string' }],
      'x-kubernetes-int-or-string': true,
      description: 'The PromQL expression.',
    }),
    for: durationField('How long the expression must give a result before the alert fires.'),
    keep_firing_for: durationField(
      'How long the alert goes on firing after the expression gives no result any more.',
    ),
    labels: texts('Labels to add or overwrite. Those of alerts are templates.'),
    annotations: texts('Texts about the alert; templates.'),
  },
  { description: 'A recording or an alerting rule.' },
);

const group = Type.Object(
  {
    name: Type.String({ minLength: 1, description: 'Name of the group, once in the object.' }),
    interval: durationField('How often the rules are evaluated; a minute by default.'),
    query_offset: durationField('How far in the past the rules are evaluated.'),
    limit: Type.Optional(
      Type.Integer({
        description: 'Series that a recording rule, or alerts that an alerting rule may give; 0: any number.',
      }),
    ),
    labels: texts('Labels of all rules of the group; those of a rule come before them.'),
    partial_response_strategy: Type.Optional(
      Type.String({
        pattern: '^(?i)(abort|warn)?$',
        description: 'For Thanos Ruler only; nothing is done with it.',
      }),
    ),
    rules: Type.Optional(
      Type.Array(rule, { description: 'Evaluated in this order, each seeing what those before it gave.' }),
    ),
  },
  { description: 'Rules that are evaluated one after the other.' },
);

const spec = Type.Object(
  { groups: Type.Optional(listMapOf(group, ['name'], { description: 'The groups of rules.' })) },
  { description: 'Recording and alerting rules.' },
);

const status = Type.Object(
  {
    observedGeneration: Type.Optional(
      Type.Integer({ description: 'The generation that the status is about.' }),
    ),
    rules: Type.Optional(Type.Integer({ description: 'Rules that are evaluated.' })),
    firing: Type.Optional(Type.Integer({ description: 'Alerts that fire.' })),
    pending: Type.Optional(Type.Integer({ description: 'Alerts that wait for their `for` to be over.' })),
    conditions: Type.Optional(
      listMapOf(conditionSchema, ['type'], { description: 'Ready: the rules are evaluated without errors.' }),
    ),
  },
  { description: 'What the rules are at.' },
);

export type PrometheusRuleSpec = Static<typeof spec>;
export type PrometheusRuleStatus = Static<typeof status>;
export type PrometheusRule = KubeObject & { spec: PrometheusRuleSpec; status?: PrometheusRuleStatus };

const columns: readonly Column[] = [
  { name: 'Rules', type: 'integer', description: 'Rules that are evaluated.', cell: '.status.rules' },
  { name: 'Firing', type: 'integer', description: 'Alerts that fire.', cell: '.status.firing' },
  {
    name: 'Pending',
    type: 'integer',
    description: 'Alerts that are about to fire.',
    cell: '.status.pending',
  },
  {
    name: 'Ready',
    type: 'string',
    description: 'Whether the rules are evaluated without errors.',
    cell: '.status.conditions[?(@.type=="Ready")].status',
  },
];

let loaded: typeof Validation | undefined;

/** What reads rules is loaded with the first of them. */
function validation(): typeof Validation {
  loaded ??= createRequire(import.meta.url)(
    fileURLToPath(import.meta.resolve('./validate-rules.ts')),
  ) as typeof Validation;
  return loaded;
}

/** Recording and alerting rules of Prometheus. Spec: prometheus-operator, monitoring.coreos.com/v1 PrometheusRule. */
export const prometheusRuleKind = defineKind({
  group: 'monitoring.coreos.com',
  version: 'v1',
  kind: 'PrometheusRule',
  plural: 'prometheusrules',
  scope: 'Namespaced',
  shortNames: ['promrule'],
  categories: ['prometheus-operator', 'plinth'],
  description:
    'PrometheusRule holds recording and alerting rules, which are evaluated over the metrics of the virtual cluster. An ' +
    'expression or a template that cannot be read is refused when it is written.',
  fields: { spec, status: Type.Optional(status) },
  columns,
  strategy: { validate: (object) => (isPrometheusRule(object) ? validation().ruleErrors(object.spec) : []) },
});

/** The kind as an id for clients. */
export const prometheusRules = {
  group: prometheusRuleKind.group,
  resource: prometheusRuleKind.plural,
} as const;

/** Whether an object that was read as a PrometheusRule has a spec; the API has checked what is in it. */
export function isPrometheusRule(object: KubeObject): object is PrometheusRule {
  return typeof object['spec'] === 'object' && object['spec'] !== null;
}
