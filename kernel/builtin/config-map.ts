import { configKey } from '@plinth/kube-selector';
import { type FieldError, forbiddenValue, invalidValue, tooLong } from '@plinth/structural-schema';
import { defineKind, mapOf } from '../model/define-kind.ts';
import { equalJson } from '../model/json.ts';
import type { KubeObject } from '../model/object.ts';
import { Type } from '../model/type-builders.ts';
import { base64MapBytes, base64Text, bytesOf, dataBytesMax } from './data-values.ts';
import { recordOf } from './field-access.ts';
import { flag, textMap } from './schema-fields.ts';

const nothing: Record<string, unknown> = Object.freeze({});

function validate(object: KubeObject, old: KubeObject | undefined): FieldError[] {
  const errors: FieldError[] = [];
  const data = mapField(object, 'data');
  const binary = mapField(object, 'binaryData');
  let bytes = 0;
  for (const key in data) {
    for (const message of configKey(key)) errors.push(invalidValue(`data[${key}]`, key, message));
    if (Object.hasOwn(binary, key)) {
      errors.push(invalidValue(`data[${key}]`, key, 'duplicate of key present in binaryData'));
    }
    const value = data[key];
    if (typeof value === 'string') bytes += bytesOf(value);
  }
  for (const key in binary) {
    for (const message of configKey(key)) errors.push(invalidValue(`binaryData[${key}]`, key, message));
  }
  bytes += base64MapBytes(binary, 'binaryData', errors, (text) => text.slice(0, 40));
  if (bytes > dataBytesMax) errors.push(tooLong('data', dataBytesMax));
  if (old) errors.push(...immutableErrors(object, old, ['data', 'binaryData']));
  return errors;
}

function mapField(object: KubeObject, field: string): Record<string, unknown> {
  return object[field] === undefined ? nothing : recordOf(object[field]);
}

/** Changes of `fields`, or of `immutable` itself, in an object that has been made immutable for good. */
export function immutableErrors(
  object: KubeObject,
  old: KubeObject,
  fields: readonly string[],
): FieldError[] {
  if (old['immutable'] !== true) return [];
  const detail = 'field is immutable when `immutable` is set';
  const errors: FieldError[] = [];
  if (object['immutable'] !== true) errors.push(forbiddenValue('immutable', detail));
  for (const field of fields) {
    if (!equalJson(mapField(object, field), mapField(old, field))) errors.push(forbiddenValue(field, detail));
  }
  return errors;
}

/** How many entries the maps of a ConfigMap or a Secret have. */
export function entriesOf(object: KubeObject, fields: readonly string[]): number {
  return fields.reduce((count, field) => count + Object.keys(mapField(object, field)).length, 0);
}

/** Spec: Kubernetes core/v1 ConfigMap. */
export const configMapKind = defineKind({
  group: '',
  version: 'v1',
  kind: 'ConfigMap',
  plural: 'configmaps',
  scope: 'Namespaced',
  shortNames: ['cm'],
  description:
    'A ConfigMap holds configuration for others to read. What is confidential belongs into a Secret.',
  fields: {
    binaryData: Type.Optional(
      mapOf(base64Text, {
        description: 'Entries that are not UTF-8 text, in base64. Keys must differ from those in data.',
      }),
    ),
    data: textMap('Entries of UTF-8 text. Keys consist of alphanumeric characters, `-`, `_` and `.`.'),
    immutable: flag('When true, the entries cannot be changed any more, and this field neither.'),
  },
  columns: [
    {
      name: 'Data',
      type: 'string',
      description: 'The number of entries.',
      cell: (object) => entriesOf(object, ['data', 'binaryData']),
    },
  ],
  strategy: { validate },
});
