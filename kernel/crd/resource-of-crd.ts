import { type CompiledSchema, compileSchema } from '@plinth/structural-schema';
import { nameColumn } from '../builtin/age.ts';
import { textOf } from '../builtin/field-access.ts';
import type { KubeObject } from '../model/object.ts';
import {
  allVerbs,
  type Column,
  type ResourceType,
  type ResourceVersion,
  type ScalePaths,
  type Strategy,
} from '../model/resource-type.ts';
import { StatusError } from '../model/status-error.ts';
import { schemaRules } from '../rules/schema-rules.ts';
import { type Crd, type CrdVersion, crdOf } from './crd-object.ts';
import { compareVersions } from './version-priority.ts';

/**
 * The served versions of definitions, made once per generation of a definition. What is remembered by the identity
 * of a version (rendered objects, compiled schemas) then survives changes of the definition's status.
 */
export class VersionCache {
  readonly #byUid = new Map<
    string,
    { readonly generation: number; readonly versions: readonly ResourceVersion[] }
  >();

  /** The served versions of the definition, the preferred one first. */
  versionsOf(crd: Crd): readonly ResourceVersion[] {
    const known = this.#byUid.get(crd.uid);
    if (known?.generation === crd.generation) return known.versions;
    const versions = crd.versions
      .filter((version) => version.served)
      .sort((a, b) => compareVersions(a.name, b.name))
      .map((version) => resourceVersionOf(version, crd));
    this.#byUid.set(crd.uid, { generation: crd.generation, versions });
    return versions;
  }

  /** Drops the versions of a definition that is gone. */
  forget(uid: string): void {
    this.#byUid.delete(uid);
  }
}

const open: Strategy = {};

// Instances made now would be deleted at once. Spec: apiextensions-apiserver, customresource_handler.
const closed: Strategy = {
  admit(_object, _old, context) {
    if (context.operation !== 'create') return;
    const message = 'create not allowed while custom resource definition is terminating';
    throw new StatusError(405, 'MethodNotAllowed', message, {});
  },
};

/**
 * The resource that a CustomResourceDefinition defines, under the names that it has got, or those it asks for while
 * it has none. Schemas are compiled when the first object needs them.
 *
 * @param cache keeps the versions between calls
 */
export function resourceOfCrd(object: KubeObject, cache: VersionCache = new VersionCache()): ResourceType {
  const crd = crdOf(object);
  const names = crd.acceptedNames.plural === '' ? crd.names : crd.acceptedNames;
  return {
    group: crd.group,
    resource: names.plural,
    singular: names.singular,
    kind: names.kind,
    listKind: names.listKind,
    shortNames: names.shortNames,
    categories: names.categories,
    namespaced: crd.namespaced,
    versions: cache.versionsOf(crd),
    storageVersion: crd.versions.find((version) => version.storage)?.name ?? '',
    verbs: allVerbs,
    origin: 'crd',
    strategy: crd.deleting ? closed : open,
  };
}

function resourceVersionOf(version: CrdVersion, crd: Crd): ResourceVersion {
  let compiled: CompiledSchema | undefined;
  const schema = version.schema ?? { type: 'object' };
  const rules = schemaRules(schema);
  return {
    name: version.name,
    ...(rules ? { rules } : {}),
    get schema(): CompiledSchema {
      compiled ??= compileSchema(schema);
      return compiled;
    },
    ...(version.columns.length === 0
      ? { columns: [] }
      : { columns: [nameColumn, ...version.columns.map(columnOf)], ownColumns: true }),
    status: version.status,
    ...(version.scale === undefined ? {} : { scale: scaleOf(version.scale) }),
    selectableFields: version.selectableFields.map((path) => path.replace(/^\./, '')),
    ...(version.deprecated
      ? { deprecationWarning: version.deprecationWarning ?? deprecationOf(version, crd) }
      : {}),
  };
}

function columnOf(column: Record<string, unknown>): Column {
  const { format, description, priority } = column;
  return {
    name: textOf(column['name']),
    type: columnTypeOf(column['type']),
    ...(typeof format === 'string' ? { format } : {}),
    ...(typeof description === 'string' ? { description } : {}),
    ...(typeof priority === 'number' ? { priority } : {}),
    cell: textOf(column['jsonPath']),
  };
}

function columnTypeOf(type: unknown): Column['type'] {
  return type === 'integer' || type === 'number' || type === 'boolean' || type === 'date' ? type : 'string';
}

function scaleOf(scale: Record<string, unknown>): ScalePaths {
  const labelSelectorPath = textOf(scale['labelSelectorPath']);
  return {
    specReplicasPath: textOf(scale['specReplicasPath']),
    statusReplicasPath: textOf(scale['statusReplicasPath']),
    ...(labelSelectorPath === '' ? {} : { labelSelectorPath }),
  };
}

/** Names the best version that is not deprecated and better than this one. */
function deprecationOf(version: CrdVersion, crd: Crd): string {
  const message = `${crd.group}/${version.name} ${crd.names.kind} is deprecated`;
  const [better] = crd.versions
    .filter((other) => other.served && !other.deprecated && compareVersions(other.name, version.name) < 0)
    .map((other) => other.name)
    .sort(compareVersions);
  return better === undefined ? message : `${message}; use ${crd.group}/${better} ${crd.names.kind}`;
}
