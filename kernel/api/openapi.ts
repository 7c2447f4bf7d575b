import { createHash } from 'node:crypto';
import { isObject } from '../model/json.ts';
import { groupVersion, type ResourceType, type ResourceVersion } from '../model/resource-type.ts';
import { subresourcesOf } from './discovery.ts';
import { metaRef, metaSchemas } from './meta-schemas.ts';
import { swaggerOf } from './openapi-v2.ts';
import { encodeSwagger } from './openapi-v2-protobuf.ts';
import { withPatchMeta } from './patch-meta.ts';
import type { Registry } from './registry.ts';

/** An OpenAPI document and the hash that names this state of it. */
export interface OpenApiDocument {
  readonly text: string;
  readonly hash: string;
}

/** The OpenAPI v2 document in both of its forms. */
export interface SwaggerDocument extends OpenApiDocument {
  readonly protobuf: Buffer;
}

/**
 * OpenAPI v3 documents, one for each group and version, made when first asked for and again after the registry changed.
 * Spec: KEP-2896, OpenAPI v3.
 */
export class OpenApi {
  readonly #registry: Registry;
  readonly #version: string;
  #generation = -1;
  readonly #documents = new Map<string, OpenApiDocument>();
  #swagger: SwaggerDocument | undefined;

  constructor(registry: Registry, version: string) {
    this.#registry = registry;
    this.#version = version;
  }

  /** `/openapi/v3`: where the documents are. */
  index(): string {
    const paths: Record<string, { serverRelativeURL: string }> = {};
    for (const path of this.#paths()) {
      const document = this.document(path);
      if (document) paths[path] = { serverRelativeURL: `/openapi/v3/${path}?hash=${document.hash}` };
    }
    return JSON.stringify({ paths });
  }

  /** The document of `api/v1` or `apis/<group>/<version>`; undefined when nothing of it is served. */
  document(path: string): OpenApiDocument | undefined {
    this.#forgetOld();
    const known = this.#documents.get(path);
    if (known) return known;
    const made = this.#make(path);
    if (!made) return undefined;
    const text = JSON.stringify(made);
    const document = { text, hash: hashOf(text) };
    this.#documents.set(path, document);
    return document;
  }

  /** `/openapi/v2`: everything in one document. */
  swagger(): SwaggerDocument {
    this.#forgetOld();
    if (!this.#swagger) {
      const documents = this.#paths().map((path) => this.#make(path));
      const swagger = swaggerOf(
        documents.filter((document) => document !== undefined),
        this.#version,
      );
      const text = JSON.stringify(swagger);
      this.#swagger = { text, hash: hashOf(text), protobuf: encodeSwagger(swagger) };
    }
    return this.#swagger;
  }

  #forgetOld(): void {
    if (this.#generation === this.#registry.generation) return;
    this.#documents.clear();
    this.#swagger = undefined;
    this.#generation = this.#registry.generation;
  }

  #paths(): string[] {
    const paths = new Set<string>();
    for (const type of this.#registry.all()) {
      for (const version of type.versions) paths.add(pathOf(type.group, version.name));
    }
    return [...paths];
  }

  #make(path: string): object | undefined {
    const schemas: Record<string, object> = {};
    const paths: Record<string, object> = {};
    for (const type of this.#registry.all()) {
      for (const version of type.versions) {
        if (pathOf(type.group, version.name) !== path) continue;
        addResource(type, version, schemas, paths);
      }
    }
    if (Object.keys(paths).length === 0) return undefined;
    return {
      openapi: '3.0.0',
      info: { title: 'Plinth', version: this.#version },
      paths,
      components: { schemas: { ...schemas, ...metaSchemas } },
    };
  }
}

function hashOf(text: string): string {
  return createHash('sha512').update(text).digest('hex').toUpperCase();
}

function pathOf(group: string, version: string): string {
  return group === '' ? `api/${version}` : `apis/${group}/${version}`;
}

/** `io.example.v1.Kind`, the group reversed, as Kubernetes names the schemas of custom resources. */
function schemaName(type: ResourceType, version: string, kind: string): string {
  const domain = type.group === '' ? 'io.k8s.api.core' : type.group.split('.').reverse().join('.');
  return `${domain}.${version}.${kind}`;
}

function addResource(
  type: ResourceType,
  version: ResourceVersion,
  schemas: Record<string, object>,
  paths: Record<string, object>,
): void {
  const gvk = { group: type.group, version: version.name, kind: type.kind };
  const name = schemaName(type, version.name, type.kind);
  const listName = schemaName(type, version.name, type.listKind);
  schemas[name] = objectSchema(type, version, gvk);
  if (type.verbs.includes('list')) schemas[listName] = listSchema(name, { ...gvk, kind: type.listKind });
  const object = { $ref: `#/components/schemas/${name}` };
  const list = { $ref: `#/components/schemas/${listName}` };
  const root = `/${pathOf(type.group, version.name)}`;
  const collection = type.namespaced
    ? `${root}/namespaces/{namespace}/${type.resource}`
    : `${root}/${type.resource}`;
  paths[collection] = withParameters(collection, collectionOperations(type, gvk, object, list));
  if (type.namespaced && type.verbs.includes('list')) {
    paths[`${root}/${type.resource}`] = { get: operation('list', gvk, list, listParameters) };
  }
  if (!type.verbs.includes('get')) return;
  const single = `${collection}/{name}`;
  paths[single] = withParameters(single, objectOperations(type, gvk, object));
  for (const sub of subresourcesOf(type, version)) {
    const subGvk = { group: sub.group, version: sub.version, kind: sub.kind };
    const schema = sub.kind === type.kind ? object : { type: 'object' };
    const operations: Record<string, object> = {};
    if (sub.verbs.includes('get')) operations['get'] = operation('get', subGvk, schema);
    if (sub.verbs.includes('update'))
      operations['put'] = operation('put', subGvk, schema, writeParameters, schema);
    if (sub.verbs.includes('patch')) operations['patch'] = patchOperation(type, subGvk, schema);
    if (sub.verbs.includes('create'))
      operations['post'] = operation('post', subGvk, schema, writeParameters, schema);
    paths[`${single}/${sub.name}`] = withParameters(single, operations);
  }
}

interface Gvk {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
}

function objectSchema(type: ResourceType, version: ResourceVersion, gvk: Gvk): object {
  const published = { ...version.schema.openapi() };
  const schema = type.origin === 'builtin' ? withPatchMeta(published) : published;
  const properties = isObject(schema['properties']) ? schema['properties'] : {};
  return {
    ...schema,
    type: 'object',
    properties: {
      ...properties,
      apiVersion: {
        type: 'string',
        description: `Group and version of the kind: ${groupVersion(gvk.group, gvk.version)}.`,
      },
      kind: { type: 'string', description: `Kind of the object: ${gvk.kind}.` },
      metadata: {
        allOf: [metaRef('ObjectMeta')],
        default: {},
        description: 'Name, labels and what every object has.',
      },
    },
    'x-kubernetes-group-version-kind': [gvk],
  };
}

function listSchema(item: string, gvk: Gvk): object {
  return {
    type: 'object',
    description: `A list of ${item.slice(item.lastIndexOf('.') + 1)} objects.`,
    required: ['items'],
    properties: {
      apiVersion: { type: 'string', description: 'Group and version of the list.' },
      kind: { type: 'string', description: 'Kind of the list.' },
      metadata: {
        allOf: [metaRef('ListMeta')],
        default: {},
        description: 'The version of the list and its next page.',
      },
      items: {
        type: 'array',
        items: { allOf: [{ $ref: `#/components/schemas/${item}` }], default: {} },
        description: 'The objects.',
      },
    },
    'x-kubernetes-group-version-kind': [gvk],
  };
}

/** Declares what stands in braces in a path. */
function withParameters(path: string, operations: object): object {
  const parameters = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => ({
    name,
    in: 'path',
    required: true,
    description: name === 'name' ? 'Name of the object.' : 'Namespace of the object.',
    schema: { type: 'string' },
  }));
  return parameters.length > 0 ? { ...operations, parameters } : operations;
}

function query(name: string, type: string, description: string): object {
  return { name, in: 'query', description, schema: { type, uniqueItems: true } };
}

const listParameters = [
  query('labelSelector', 'string', 'Only objects with such labels.'),
  query('fieldSelector', 'string', 'Only objects with such fields.'),
  query('limit', 'integer', 'At most so many objects; the list then carries a continue token.'),
  query('continue', 'string', 'The token of the page before.'),
  query('resourceVersion', 'string', 'The version to list at or to watch from.'),
  query('resourceVersionMatch', 'string', 'How resourceVersion is meant: Exact or NotOlderThan.'),
  query('watch', 'boolean', 'Answer with a stream of changes.'),
  query('allowWatchBookmarks', 'boolean', 'Send bookmarks in a watch.'),
  query('sendInitialEvents', 'boolean', 'Begin a watch with the objects that are there.'),
  query('timeoutSeconds', 'integer', 'How long a watch lives.'),
];

const writeParameters = [
  query('dryRun', 'string', 'All: check the change and show its outcome, change nothing.'),
  query('fieldManager', 'string', 'Who the changed fields belong to.'),
  query('fieldValidation', 'string', 'What happens to unknown and duplicate fields: Ignore, Warn or Strict.'),
];

const deleteParameters = [
  query('dryRun', 'string', 'All: check the deletion, delete nothing.'),
  query('propagationPolicy', 'string', 'What happens to dependants: Background, Foreground or Orphan.'),
  query('gracePeriodSeconds', 'integer', 'Accepted; there is nothing to wait for.'),
];

const applyParameters = [
  ...writeParameters,
  query('force', 'boolean', 'Take fields over from other managers.'),
];

const actions: Readonly<Record<string, string>> = {
  list: 'list',
  get: 'get',
  post: 'post',
  put: 'put',
  patch: 'patch',
  delete: 'delete',
  deletecollection: 'deletecollection',
};

function operation(
  action: string,
  gvk: Gvk,
  answer: object,
  parameters: readonly object[] = [],
  body?: object,
): object {
  return {
    description: `${action} ${gvk.kind}`,
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(body ? { requestBody: { content: { '*/*': { schema: body } } } } : {}),
    responses: { 200: { description: 'OK', content: { 'application/json': { schema: answer } } } },
    'x-kubernetes-action': actions[action] ?? action,
    'x-kubernetes-group-version-kind': gvk,
  };
}

const strategicMergePatch = 'application/strategic-merge-patch+json';

const patchTypes = [
  'application/apply-patch+yaml',
  'application/json-patch+json',
  'application/merge-patch+json',
  strategicMergePatch,
];

function patchOperation(type: ResourceType, gvk: Gvk, answer: object): object {
  // kubectl decides by what is offered here what it sends, so only what the resource takes may stand in it.
  const offered = patchTypes.filter((name) => type.origin === 'builtin' || name !== strategicMergePatch);
  const content = Object.fromEntries(offered.map((name) => [name, { schema: metaRef('Patch') }]));
  return { ...operation('patch', gvk, answer, applyParameters), requestBody: { content } };
}

function collectionOperations(type: ResourceType, gvk: Gvk, object: object, list: object): object {
  const operations: Record<string, object> = {};
  if (type.verbs.includes('list')) operations['get'] = operation('list', gvk, list, listParameters);
  if (type.verbs.includes('create'))
    operations['post'] = operation('post', gvk, object, writeParameters, object);
  if (type.verbs.includes('deletecollection')) {
    operations['delete'] = operation('deletecollection', gvk, metaRef('Status'), [
      ...listParameters,
      ...deleteParameters,
    ]);
  }
  return operations;
}

function objectOperations(type: ResourceType, gvk: Gvk, object: object): object {
  const operations: Record<string, object> = { get: operation('get', gvk, object) };
  if (type.verbs.includes('update'))
    operations['put'] = operation('put', gvk, object, writeParameters, object);
  if (type.verbs.includes('patch')) operations['patch'] = patchOperation(type, gvk, object);
  if (type.verbs.includes('delete')) {
    operations['delete'] = operation(
      'delete',
      gvk,
      metaRef('Status'),
      deleteParameters,
      metaRef('DeleteOptions'),
    );
  }
  return operations;
}
