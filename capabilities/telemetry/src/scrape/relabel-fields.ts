import { Type } from '@plinth/kernel';
import { RelabelError, RelabelRule } from '@plinth/prometheus-relabel';
import type { Static } from 'typebox';

const actions = [
  'replace',
  'Replace',
  'keep',
  'Keep',
  'drop',
  'Drop',
  'hashmod',
  'HashMod',
  'labelmap',
  'LabelMap',
  'labeldrop',
  'LabelDrop',
  'labelkeep',
  'LabelKeep',
  'lowercase',
  'Lowercase',
  'uppercase',
  'Uppercase',
  'keepequal',
  'KeepEqual',
  'dropequal',
  'DropEqual',
] as const;

const relabelConfig = Type.Object(
  {
    sourceLabels: Type.Optional(
      Type.Array(Type.String(), { description: 'The labels whose values are joined to the source.' }),
    ),
    separator: Type.Optional(Type.String({ description: 'What stands between the values; ";" by default.' })),
    regex: Type.Optional(
      Type.String({ description: 'RE2 that the whole source has to match; "(.*)" by default.' }),
    ),
    modulus: Type.Optional(
      Type.Integer({
        format: 'int64',
        minimum: 0,
        description: 'What the hash of the source is divided by.',
      }),
    ),
    targetLabel: Type.Optional(Type.String({ description: 'The label that is written.' })),
    replacement: Type.Optional(
      Type.String({ description: 'The value that is written, with groups of the regex; "$1" by default.' }),
    ),
    action: Type.Optional(
      Type.Unsafe<(typeof actions)[number]>({
        type: 'string',
        enum: [...actions],
        default: 'replace',
        description: 'What is done.',
      }),
    ),
  },
  { description: 'A step of relabeling.' },
);

export type RelabelConfig = Static<typeof relabelConfig>;

/** Steps of relabeling. Spec: prometheus-operator, monitoring.coreos.com/v1 RelabelConfig. */
export const relabelConfigs = (description: string, options: { readonly minItems?: number } = {}) =>
  Type.Optional(Type.Array(relabelConfig, { ...options, description }));

/** @throws RelabelError */
export function relabelRule({ regex, sourceLabels, ...fields }: RelabelConfig): RelabelRule {
  return new RelabelRule({
    ...fields,
    // Empty is absent here, as it is for the operator of Prometheus.
    ...(regex === undefined || regex === '' ? {} : { regex }),
    ...(sourceLabels === undefined || sourceLabels.length === 0 ? {} : { sourceLabels }),
  });
}

/** Why a step cannot be used; undefined when it can. */
export function relabelFault(config: RelabelConfig): string | undefined {
  try {
    relabelRule(config);
    return undefined;
  } catch (error) {
    if (error instanceof RelabelError) return error.message;
    throw error;
  }
}
