import { locate, type ManifestDocument, parseManifests } from '@plinth/manifest';
import type { ApiClient } from '../api/api-client.ts';
import { discover, findResource, groupVersionOf, type Resource } from '../api/discovery.ts';
import type { ManifestFile } from '../apply/manifest-files.ts';
import { Failure, UsageFailure } from '../cli/failure.ts';

/** One manifest of a plan and where it stands. */
export interface PlannedManifest {
  readonly file: string;
  readonly document: ManifestDocument;
}

/** Faults that are told one by one before the rest is counted. */
const faultsTold = 20;

/**
 * Reads the manifests of a plan. A plan is of all of them or of none: one that cannot be read ends it.
 * @throws Failure with every fault and its file, line and column
 */
export function planManifests(files: readonly ManifestFile[]): PlannedManifest[] {
  const manifests: PlannedManifest[] = [];
  const faults: string[] = [];
  for (const { file, text } of files) {
    const { documents, errors } = parseManifests(text, { file, maxDocuments: 20_000 });
    manifests.push(...documents.map((document) => ({ file, document })));
    for (const { line, column, message, hint } of errors) {
      faults.push(`${file}:${line}:${column}: ${message}${hint === undefined ? '' : ` (${hint})`}`);
    }
  }
  if (faults.length > 0) {
    const told = faults.slice(0, faultsTold);
    if (faults.length > told.length) told.push(`and ${faults.length - told.length} more`);
    throw new Failure(`the manifests cannot be read, so there is no plan:\n  ${told.join('\n  ')}`, {
      hint: 'put these places right; nothing was sent to the server',
    });
  }
  return manifests;
}

/** Where a field of a manifest stands, as `file:line:column`. */
export function placeOf({ file, document }: PlannedManifest, field: string | undefined): string {
  const { line, column } = (field === undefined ? undefined : locate(document, field)) ?? document;
  return `${file}:${line}:${column}`;
}

/** An object to delete. */
export interface DeletedObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace?: string;
  readonly name: string;
}

/**
 * Reads what `--delete` names: KIND/NAME each.
 * @param namespace of the objects that lie in one
 * @throws UsageFailure or Failure that says what is not understood
 */
export async function deletedObjects(
  client: ApiClient,
  typed: readonly string[],
  namespace: string,
): Promise<DeletedObject[]> {
  if (typed.length === 0) return [];
  const resources = await discover(client);
  return typed.map((text) => {
    const [kind, name, ...rest] = text.split('/');
    if (!kind || !name || rest.length > 0) {
      throw new UsageFailure(`--delete cannot be "${text}"`, 'write KIND/NAME, such as configmap/settings');
    }
    return deletedObject(findResource(resources, kind), name, namespace);
  });
}

function deletedObject(resource: Resource, name: string, namespace: string): DeletedObject {
  const { kind, namespaced } = resource;
  return { apiVersion: groupVersionOf(resource), kind, name, ...(namespaced ? { namespace } : {}) };
}
