import type { SourceFile } from '@plinth/kernel';
import { type JsonObject, parseGroupVersion } from '@plinth/kernel';
import { locate, type ManifestDocument, parseManifests } from '@plinth/manifest';
import type { Problem } from './kinds.ts';
import { limits } from './limits.ts';

/** In which order objects are applied: definitions of kinds, then namespaces, then all that needs the two. */
export type Stage = 'definition' | 'namespace' | 'rest';

/** An object as the source declares it. */
export interface DesiredObject {
  /** Group, kind, namespace and name: what makes it the same object in every version. */
  readonly key: string;
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace?: string;
  readonly name: string;
  readonly stage: Stage;
  readonly object: JsonObject;
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** Place of one of its fields in the source, for errors that name one. */
  readonly locate: (field: string) => { readonly line: number; readonly column: number } | undefined;
}

/** What a source declares, and what in it cannot be read. */
export interface Declared {
  readonly objects: readonly DesiredObject[];
  readonly problems: readonly Problem[];
}

/** Whether a kind's objects are in namespaces; undefined when the kind is not known. */
export type Scopes = (apiVersion: string, kind: string) => boolean | undefined;

const definitionKind = 'CustomResourceDefinition';

/** The identity of an object across versions of its kind. */
export function keyOf(object: {
  apiVersion: string;
  kind: string;
  namespace?: string | undefined;
  name: string;
}): string {
  const { group } = parseGroupVersion(object.apiVersion);
  return `${group}/${object.kind}/${object.namespace ?? ''}/${object.name}`;
}

/**
 * Reads the objects out of manifests. A document that cannot be read becomes a problem and keeps no other from being
 * read; of an object that is declared twice the first one counts.
 * @param served scopes of the kinds that are served; kinds that the source itself defines are found in it
 */
export function readDeclared(files: readonly SourceFile[], served: Scopes): Declared {
  const problems: Problem[] = [];
  const found: { file: string; document: ManifestDocument }[] = [];
  for (const { path, bytes } of files) {
    const { documents, errors } = parseManifests(bytes.toString('utf8'), {
      file: path,
      maxBytes: limits.fileBytes,
    });
    for (const document of documents) found.push({ file: path, document });
    for (const { file, line, column, message, hint } of errors) {
      problems.push({ file, line, column, message: shorten(`${message} (${hint})`) });
    }
  }
  const scopes = withDefinitions(
    found.map(({ document }) => document.value),
    served,
  );
  const objects = new Map<string, DesiredObject>();
  for (const { file, document } of found) {
    const taken = takeObject(file, document, scopes);
    if ('message' in taken) problems.push(taken);
    else {
      const first = objects.get(taken.key);
      if (!first) objects.set(taken.key, taken);
      else
        problems.push(
          problemAt(
            file,
            document,
            `${taken.kind} ${taken.name} is declared twice, first at ${first.file}:${first.line}`,
          ),
        );
    }
  }
  const all = [...objects.values()];
  for (const { file, line, column } of all.slice(limits.objects)) {
    problems.push({
      file,
      line,
      column,
      message: `a workspace has at most ${limits.objects} objects: split it`,
    });
  }
  return { objects: inOrder(all.slice(0, limits.objects)), problems };
}

function inOrder(objects: readonly DesiredObject[]): DesiredObject[] {
  const stages: readonly Stage[] = ['definition', 'namespace', 'rest'];
  return stages.flatMap((stage) => objects.filter((object) => object.stage === stage));
}

function takeObject(file: string, document: ManifestDocument, scopes: Scopes): DesiredObject | Problem {
  const { apiVersion, kind, metadata } = document.value;
  if (typeof apiVersion !== 'string' || apiVersion === '')
    return problemAt(file, document, 'apiVersion is missing', 'apiVersion');
  if (typeof kind !== 'string' || kind === '') return problemAt(file, document, 'kind is missing', 'kind');
  if (!isObject(metadata)) return problemAt(file, document, `${kind}: metadata is missing`, 'metadata');
  const { name, namespace } = metadata;
  if (typeof name !== 'string' || name === '') {
    const why =
      metadata['generateName'] === undefined
        ? ''
        : ': an object with generateName would be a new one each time';
    return problemAt(file, document, `${kind}: metadata.name is missing${why}`, 'metadata');
  }
  if (namespace !== undefined && typeof namespace !== 'string') {
    return problemAt(
      file,
      document,
      `${kind} ${name}: metadata.namespace must be a string`,
      'metadata.namespace',
    );
  }
  if (kind === 'Kustomization' && apiVersion.startsWith('kustomize.config.k8s.io/')) {
    return problemAt(
      file,
      document,
      'a Kustomization is input of kustomize and no object: put what `kubectl kustomize` makes of it into the source',
    );
  }
  const { status: _status, ...declared } = document.value;
  const needsNamespace = (namespace === undefined || namespace === '') && scopes(apiVersion, kind) === true;
  const home = needsNamespace ? 'default' : namespace || undefined;
  const object = {
    ...declared,
    metadata: { ...metadata, ...(home === undefined ? {} : { namespace: home }) },
  };
  const place = home === undefined ? {} : { namespace: home };
  return {
    key: keyOf({ apiVersion, kind, name, ...place }),
    apiVersion,
    kind,
    name,
    ...place,
    stage: stageOf(apiVersion, kind),
    object,
    file,
    line: document.line,
    column: document.column,
    locate: (field) => locate(document, field),
  };
}

function stageOf(apiVersion: string, kind: string): Stage {
  if (kind === definitionKind && apiVersion.startsWith('apiextensions.k8s.io/')) return 'definition';
  return kind === 'Namespace' && apiVersion === 'v1' ? 'namespace' : 'rest';
}

/** The group and kind that a CustomResourceDefinition defines, and its scope. */
export function definedBy(
  value: Record<string, unknown>,
): { group: string; kind: string; namespaced: boolean } | undefined {
  const { kind, spec } = value;
  if (kind !== definitionKind || !isObject(spec) || !isObject(spec['names'])) return undefined;
  const { group, scope, names } = spec;
  if (typeof group !== 'string' || typeof names['kind'] !== 'string') return undefined;
  return { group, kind: names['kind'], namespaced: scope === 'Namespaced' };
}

function withDefinitions(values: readonly Record<string, unknown>[], served: Scopes): Scopes {
  const defined = new Map<string, boolean>();
  for (const value of values) {
    const definition = definedBy(value);
    if (definition) defined.set(`${definition.group}/${definition.kind}`, definition.namespaced);
  }
  return (apiVersion, kind) =>
    served(apiVersion, kind) ?? defined.get(`${parseGroupVersion(apiVersion).group}/${kind}`);
}

function problemAt(file: string, document: ManifestDocument, message: string, field?: string): Problem {
  const place = field === undefined ? undefined : locate(document, field);
  return {
    file,
    line: place?.line ?? document.line,
    column: place?.column ?? document.column,
    message: shorten(message),
  };
}

/** Cuts a message to the length that a status holds. */
export function shorten(message: string): string {
  return message.length > limits.messageLength ? `${message.slice(0, limits.messageLength - 1)}…` : message;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
