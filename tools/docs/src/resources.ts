import type { ControlPlane } from './control-plane.ts';
import { type JsonRecord, listOf, recordOf, textOf } from './json.ts';

/** A subresource as discovery tells of it. */
export interface SubresourceFacts {
  readonly name: string;
  readonly kind: string;
  readonly verbs: readonly string[];
}

/** A column of `kubectl get`. */
export interface ColumnFacts {
  readonly name: string;
  readonly type: string;
  readonly wide: boolean;
  readonly description: string;
}

/** A resource as its clients see it. */
export interface ResourceFacts {
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  readonly kind: string;
  readonly namespaced: boolean;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  readonly verbs: readonly string[];
  readonly subresources: readonly SubresourceFacts[];
  readonly columns: readonly ColumnFacts[];
  readonly schema: JsonRecord;
}

const discoveryAccept = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';
const tableAccept = 'application/json;as=Table;v=v1;g=meta.k8s.io';

/** Reads all resources from discovery, OpenAPI v3 and the tables of empty lists, ordered by group and name. */
export async function readResources(plane: ControlPlane): Promise<ResourceFacts[]> {
  const found: ResourceFacts[] = [];
  for (const path of ['/api', '/apis']) {
    for (const group of listOf(recordOf(await plane.json(path, discoveryAccept))['items'])) {
      const { metadata, versions } = recordOf(group);
      const name = textOf(recordOf(metadata)['name']);
      for (const version of listOf(versions)) {
        const { version: versionName, resources } = recordOf(version);
        const root = name === '' ? `api/${textOf(versionName)}` : `apis/${name}/${textOf(versionName)}`;
        const schemas = await readSchemas(plane, root);
        for (const resource of listOf(resources)) {
          found.push(await factsOf(plane, root, schemas, recordOf(resource)));
        }
      }
    }
  }
  return found.sort((a, b) => (sortKey(a) < sortKey(b) ? -1 : 1));
}

async function readSchemas(plane: ControlPlane, root: string): Promise<readonly JsonRecord[]> {
  const document = recordOf(await plane.json(`/openapi/v3/${root}`));
  const schemas = recordOf(recordOf(document['components'])['schemas']);
  return Object.values(schemas).map(recordOf);
}

async function factsOf(
  plane: ControlPlane,
  root: string,
  schemas: readonly JsonRecord[],
  resource: JsonRecord,
): Promise<ResourceFacts> {
  const { group, version, kind } = recordOf(resource['responseKind']);
  const plural = textOf(resource['resource']);
  const verbs = listOf(resource['verbs']).map(textOf);
  const schema = schemas.find((candidate) =>
    isSchemaOf(candidate, textOf(group), textOf(version), textOf(kind)),
  );
  if (!schema) throw new Error(`${plural}: OpenAPI has no schema of ${textOf(group)} ${textOf(kind)}`);
  return {
    group: textOf(group),
    version: textOf(version),
    plural,
    kind: textOf(kind),
    namespaced: resource['scope'] === 'Namespaced',
    shortNames: listOf(resource['shortNames']).map(textOf),
    categories: listOf(resource['categories']).map(textOf),
    verbs,
    subresources: listOf(resource['subresources']).map(subresourceOf),
    columns: verbs.includes('list') ? await readColumns(plane, `/${root}/${plural}?limit=1`) : [],
    schema,
  };
}

function isSchemaOf(schema: JsonRecord, group: string, version: string, kind: string): boolean {
  return listOf(schema['x-kubernetes-group-version-kind']).some((entry) => {
    const named = recordOf(entry);
    return named['group'] === group && named['version'] === version && named['kind'] === kind;
  });
}

function subresourceOf(value: unknown): SubresourceFacts {
  const { subresource, responseKind, verbs } = recordOf(value);
  return {
    name: textOf(subresource),
    kind: textOf(recordOf(responseKind)['kind']),
    verbs: listOf(verbs).map(textOf),
  };
}

async function readColumns(plane: ControlPlane, path: string): Promise<ColumnFacts[]> {
  const document = recordOf(await plane.json(path, tableAccept));
  return listOf(document['columnDefinitions']).map((value) => {
    const { name, type, priority, description } = recordOf(value);
    return {
      name: textOf(name),
      type: textOf(type),
      wide: typeof priority === 'number' && priority > 0,
      description: textOf(description),
    };
  });
}

function sortKey({ group, plural }: ResourceFacts): string {
  return `${group} ${plural}`;
}
