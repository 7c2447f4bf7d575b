import { configKey } from '@plinth/kube-selector';
import { type FieldError, invalidValue, requiredValue, tooLong } from '@plinth/structural-schema';
import { defineKind, mapOf } from '../model/define-kind.ts';
import { isObject } from '../model/json.ts';
import type { KubeObject } from '../model/object.ts';
import { Type } from '../model/type-builders.ts';
import { entriesOf, immutableErrors } from './config-map.ts';
import { base64MapBytes, base64Text, dataBytesMax } from './data-values.ts';
import { recordOf, textOf } from './field-access.ts';
import { flag, text, textMap } from './schema-fields.ts';

const defaultType = 'Opaque';
const serviceAccountToken = 'kubernetes.io/service-account-token';
const serviceAccountAnnotation = 'kubernetes.io/service-account.name';
// Errors are logged and shown; the contents of a secret never are.
const redacted = '<secret contents redacted>';

function prepare(object: KubeObject, old: KubeObject | undefined): void {
  const { stringData } = object;
  if (isObject(stringData) && Object.values(stringData).every((value) => typeof value === 'string')) {
    const data = { ...recordOf(object['data']) };
    for (const [key, value] of Object.entries(stringData))
      data[key] = Buffer.from(textOf(value)).toString('base64');
    object['data'] = data;
    delete object['stringData'];
  }
  object['type'] ||= old?.['type'] ?? defaultType;
}

function validate(object: KubeObject, old: KubeObject | undefined): FieldError[] {
  const errors: FieldError[] = [];
  const data = recordOf(object['data']);
  for (const key in data) {
    for (const message of configKey(key)) errors.push(invalidValue(`data[${key}]`, key, message));
  }
  const bytes = base64MapBytes(data, 'data', errors, () => redacted);
  if (bytes > dataBytesMax) errors.push(tooLong('data', dataBytesMax));
  errors.push(...typeErrors(object, data));
  if (old) {
    if (object['type'] !== old['type'])
      errors.push(invalidValue('type', object['type'], 'field is immutable'));
    errors.push(...immutableErrors(object, old, ['data']));
  }
  return errors;
}

/** The entries that consumers of the well-known types rely on. */
function typeErrors(object: KubeObject, data: Record<string, unknown>): FieldError[] {
  const missing = (key: string): FieldError[] =>
    Object.hasOwn(data, key) ? [] : [requiredValue(`data[${key}]`, '')];
  const empty = (key: string): boolean => textOf(data[key]) === '';
  switch (object['type']) {
    case serviceAccountToken:
      return object.metadata.annotations?.[serviceAccountAnnotation]
        ? []
        : [requiredValue(`metadata.annotations[${serviceAccountAnnotation}]`, '')];
    case 'kubernetes.io/dockercfg':
      return jsonErrors(data, '.dockercfg');
    case 'kubernetes.io/dockerconfigjson':
      return jsonErrors(data, '.dockerconfigjson');
    case 'kubernetes.io/basic-auth':
      if (Object.hasOwn(data, 'username') || Object.hasOwn(data, 'password')) return [];
      return [...missing('username'), ...missing('password')];
    case 'kubernetes.io/ssh-auth':
      return empty('ssh-privatekey') ? [requiredValue('data[ssh-privatekey]', '')] : [];
    case 'kubernetes.io/tls':
      return [...missing('tls.crt'), ...missing('tls.key')];
    default:
      return [];
  }
}

function jsonErrors(data: Record<string, unknown>, key: string): FieldError[] {
  if (!Object.hasOwn(data, key)) return [requiredValue(`data[${key}]`, '')];
  try {
    JSON.parse(Buffer.from(textOf(data[key]), 'base64').toString('utf8'));
    return [];
  } catch {
    // The parser's message quotes the text, which is secret.
    return [invalidValue(`data[${key}]`, redacted, 'must be JSON')];
  }
}

/** Spec: Kubernetes core/v1 Secret. */
export const secretKind = defineKind({
  group: '',
  version: 'v1',
  kind: 'Secret',
  plural: 'secrets',
  scope: 'Namespaced',
  description: 'A Secret holds confidential values. They are encrypted where they are stored.',
  fields: {
    data: Type.Optional(
      mapOf(base64Text, {
        description: 'The values in base64. Keys consist of alphanumeric characters, `-`, `_` and `.`.',
      }),
    ),
    immutable: flag('When true, the values cannot be changed any more, and this field neither.'),
    stringData: textMap(
      'Values as plain text, for writing only: they are put into data and never given out here.',
    ),
    type: text('What the secret is for; some types require certain keys. Opaque by default.'),
  },
  columns: [
    {
      name: 'Type',
      type: 'string',
      description: 'What the secret is for.',
      cell: (object) => textOf(object['type']),
    },
    {
      name: 'Data',
      type: 'string',
      description: 'The number of values.',
      cell: (object) => entriesOf(object, ['data']),
    },
  ],
  selectableFields: ['type'],
  strategy: { prepare, validate },
});
