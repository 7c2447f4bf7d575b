import {
  type CompiledSchema,
  compileSchema,
  type FieldError,
  forbiddenValue,
  formatFieldError,
  invalidValue,
  type JSONSchemaProps,
  notSupported,
} from '@plinth/structural-schema';
import { type Entity, isRecord } from './entity.ts';
import { entityKinds, permissions } from './kinds.ts';
import { invalidRefs } from './relations.ts';

/** What became of a value that should be an entity. */
export type EntityVerdict =
  | { readonly ok: true; readonly entity: Entity }
  /** Each says field, what is wrong with it, and what is expected. */
  | { readonly ok: false; readonly errors: readonly string[] };

const text: JSONSchemaProps = { type: 'string', minLength: 1 };
const anyTexts: JSONSchemaProps = { type: 'object', additionalProperties: { type: 'string' } };

const envelope: JSONSchemaProps = {
  type: 'object',
  required: ['apiVersion', 'kind', 'metadata'],
  properties: {
    apiVersion: text,
    kind: text,
    metadata: {
      type: 'object',
      required: ['name'],
      properties: {
        uid: text,
        etag: text,
        name: text,
        namespace: text,
        title: text,
        description: { type: 'string' },
        labels: anyTexts,
        annotations: anyTexts,
        tags: { type: 'array', items: text },
        links: {
          type: 'array',
          items: {
            type: 'object',
            required: ['url'],
            properties: { url: text, title: text, icon: text, type: text },
          },
        },
      },
    },
    spec: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
  },
};

const rootFields = new Set(['apiVersion', 'kind', 'metadata', 'spec']);
const compiled = new Map<string, CompiledSchema>();

/** The schema of a whole entity, compiled when it is first asked for. */
function schemaOf(kind: string, spec: JSONSchemaProps): CompiledSchema {
  let schema = compiled.get(kind);
  if (!schema) {
    const whole = {
      ...envelope,
      required: [...(envelope.required ?? []), 'spec'],
      properties: { ...envelope.properties, spec },
    };
    compiled.set(kind, (schema = compileSchema(whole, { isResourceRoot: false })));
  }
  return schema;
}

/**
 * Whether a value is an entity of one of the kinds that are known, as the catalog of Backstage judges it.
 *
 * Spec: Backstage, descriptor format; the entity policies and kinds of catalog-model.
 */
export function checkEntity(value: unknown): EntityVerdict {
  if (!isRecord(value)) return { ok: false, errors: [`expected an object, found ${describe(value)}`] };
  const kind = typeof value['kind'] === 'string' ? value['kind'] : '';
  const known = Object.hasOwn(entityKinds, kind) ? entityKinds[kind] : undefined;
  const errors = schemaOf(known ? kind : '', known?.spec ?? {}).validate(value);
  if (errors.length === 0) {
    const entity = value as unknown as Entity;
    errors.push(...rootErrors(value), ...formatErrors(entity), ...kindErrors(entity));
    if (known && errors.length === 0) errors.push(...templateErrors(entity), ...invalidRefs(entity));
    if (errors.length === 0) return { ok: true, entity };
  }
  return { ok: false, errors: errors.map(formatFieldError) };
}

function describe(value: unknown): string {
  return value === null ? 'nothing' : Array.isArray(value) ? 'a list' : `a ${typeof value}`;
}

function rootErrors(value: object): FieldError[] {
  return Object.keys(value)
    .filter((field) => !rootFields.has(field))
    .map((field) => forbiddenValue(field, `an entity has ${[...rootFields].join(', ')} and nothing else`));
}

/** What the schema of a template cannot say. */
function templateErrors({ kind, spec = {} }: Entity): FieldError[] {
  if (kind !== 'Template') return [];
  const { parameters, steps, output } = spec;
  const errors: FieldError[] = [];
  const pages: readonly unknown[] = Array.isArray(parameters) ? parameters : [parameters ?? {}];
  for (const [i, page] of pages.entries()) {
    const field = Array.isArray(parameters) ? `spec.parameters[${i}]` : 'spec.parameters';
    if (parameters !== null && isRecord(page)) errors.push(...permissionErrors(page, field));
    else errors.push(invalidValue(field, page, 'expected an object, or a list of objects'));
  }
  const { links, text: texts } = isRecord(output) ? output : {};
  const conditional = { 'spec.steps': steps, 'spec.output.links': links, 'spec.output.text': texts };
  for (const [field, items] of Object.entries(conditional)) {
    for (const [i, item] of (Array.isArray(items) ? items : []).entries()) {
      const condition: unknown = isRecord(item) ? item['if'] : undefined;
      if (condition === undefined || typeof condition === 'string' || typeof condition === 'boolean')
        continue;
      errors.push(invalidValue(`${field}[${i}].if`, condition, 'expected text, true or false'));
    }
  }
  return errors;
}

function permissionErrors(page: Record<string, unknown>, field: string): FieldError[] {
  const schema = compileSchema(permissions, { isResourceRoot: false });
  return schema.validate(page).map((error) => ({ ...error, field: `${field}.${error.field}` }));
}

/** Kinds are told by their apiVersion and name in exactly this case. */
function kindErrors({ kind, apiVersion }: Entity): FieldError[] {
  const known = Object.hasOwn(entityKinds, kind) ? entityKinds[kind] : undefined;
  if (!known) return [notSupported('kind', kind, Object.keys(entityKinds))];
  return known.apiVersions.includes(apiVersion)
    ? []
    : [notSupported('apiVersion', apiVersion, known.apiVersions)];
}

const dnsLabel = /^[a-z0-9]+(?:-+[a-z0-9]+)*$/;
const objectName = /^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/;
const tag = /^[a-z0-9:+#]+(-[a-z0-9:+#]+)*$/;
const nameMax = 63;

const isName = (name: string): boolean => name.length <= nameMax && objectName.test(name);
const isLabel = (name: string): boolean => name.length <= nameMax && dnsLabel.test(name);

function isKey(key: string, isSuffix: (name: string) => boolean = isName): boolean {
  const parts = key.split('/');
  if (parts.length > 2) return false;
  const [first = '', second] = parts;
  if (second === undefined) return isSuffix(first);
  return first.length <= 253 && first.split('.').every(isLabel) && isSuffix(second);
}

const nameForm = 'letters and digits, separated by any of - _ and ., at most 63 characters';
const keyForm = `[PREFIX/]NAME: PREFIX a DNS subdomain in lower case, NAME ${nameForm}`;

/** The form of names, labels, annotations, tags and links. Spec: Backstage, FieldFormatEntityPolicy. */
function formatErrors({ apiVersion, kind, metadata }: Entity): FieldError[] {
  const errors: FieldError[] = [];
  const expect = (isRight: boolean, field: string, value: unknown, form: string): void => {
    if (!isRight) errors.push(invalidValue(field, value, `expected ${form}`));
  };
  const isVersion = (name: string): boolean => /^[a-z0-9A-Z]{1,63}$/.test(name);
  expect(isKey(apiVersion, isVersion), 'apiVersion', apiVersion, '[GROUP/]VERSION');
  expect(/^[a-zA-Z][a-z0-9A-Z]{0,62}$/.test(kind), 'kind', kind, 'letters and digits, at most 63');
  expect(isName(metadata.name), 'metadata.name', metadata.name, nameForm);
  const { namespace, labels = {}, annotations = {}, tags = [], links = [] } = metadata as Lists;
  if (namespace !== undefined) {
    const form = 'lower-case letters and digits, separated by -, at most 63 characters';
    expect(isLabel(namespace), 'metadata.namespace', namespace, form);
  }
  for (const [key, value] of Object.entries(labels)) {
    expect(isKey(key), `metadata.labels[${key}]`, key, keyForm);
    expect(value === '' || isName(value), `metadata.labels[${key}]`, value, nameForm);
  }
  for (const key of Object.keys(annotations))
    expect(isKey(key), `metadata.annotations[${key}]`, key, keyForm);
  for (const [i, value] of tags.entries()) {
    const form = 'lower-case letters, digits and any of : + #, separated by -, at most 63 characters';
    expect(value.length <= nameMax && tag.test(value), `metadata.tags[${i}]`, value, form);
  }
  for (const [i, link] of links.entries()) {
    expect(URL.canParse(link.url), `metadata.links[${i}].url`, link.url, 'a URL');
    for (const name of ['title', 'icon'] as const) {
      const value = link[name];
      if (value !== undefined)
        expect(value.trim() !== '', `metadata.links[${i}].${name}`, value, 'more than blanks');
    }
  }
  return errors;
}

/** The metadata after the schema has passed it. */
interface Lists {
  readonly namespace?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly tags?: readonly string[];
  readonly links?: readonly { readonly url: string; readonly title?: string; readonly icon?: string }[];
}
