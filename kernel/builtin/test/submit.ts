import { admit, takeBody } from '../../api/admission.ts';
import type { ServedResource } from '../../api/registry.ts';
import { columnDefinitions, tableRow } from '../../api/table.ts';
import type { WriteRequest } from '../../api/write-request.ts';
import { type KindDefinition, resourceOf } from '../../model/define-kind.ts';
import { isObject } from '../../model/json.ts';
import type { KubeObject } from '../../model/object.ts';
import { StatusError } from '../../model/status-error.ts';
import type { BuiltinServices } from '../builtin-kinds.ts';
import { builtinKinds } from '../builtin-kinds.ts';

export const nowMs = Date.parse('2026-05-01T12:00:00Z');

/** Services that allow everything and know nobody. */
export const services: BuiltinServices = {
  authorizer: { authorize: () => ({ allowed: true, reason: 'test' }), rulesFor: () => [] },
  authenticateToken: () => undefined,
  issueToken: () => {
    throw new StatusError(403, 'Forbidden', 'no tokens here');
  },
  checkRole: () => undefined,
  checkBinding: () => undefined,
};

/** The kind as the API serves it. */
export function served(kind: string, from: BuiltinServices = services): ServedResource {
  const definition = builtinKinds(from).find((candidate: KindDefinition) => candidate.kind === kind);
  if (!definition) throw new Error(`no kind ${kind}`);
  const type = resourceOf(definition);
  const [version] = type.versions;
  if (!version) throw new Error(`kind ${kind} has no version`);
  return { type, version };
}

export interface Submitted {
  readonly object: KubeObject;
  readonly warnings: string[];
}

/** Sends an object through the admission of the API. @throws StatusError as the API would answer. */
export function submit(
  target: ServedResource,
  body: Record<string, unknown>,
  options: { old?: KubeObject; subresource?: string; namespace?: string } = {},
): Submitted {
  const warnings: string[] = [];
  const request: WriteRequest = {
    served: target,
    namespace: target.type.namespaced ? (options.namespace ?? 'team') : '',
    name: '',
    subresource: options.subresource ?? '',
    user: { username: 'tester', groups: ['testers'], uid: 'u-1' },
    manager: 'test',
    dryRun: false,
    fieldValidation: 'Strict',
    duplicates: [],
    nowMs,
    warn: (message) => warnings.push(message),
  };
  const copy = structuredClone(body);
  const metadata = isObject(copy['metadata']) ? copy['metadata'] : {};
  copy['metadata'] = { name: 'subject', uid: 'u-2', creationTimestamp: '2026-05-01T11:00:00Z', ...metadata };
  const object = takeBody(copy, request);
  admit(object, options.old, request);
  return { object, warnings };
}

/** What the API says against an object, one line per cause; empty when it takes the object. */
export function refusals(
  target: ServedResource,
  body: Record<string, unknown>,
  options: { old?: KubeObject; subresource?: string; namespace?: string } = {},
): string[] {
  try {
    submit(target, body, options);
    return [];
  } catch (error) {
    if (!(error instanceof StatusError)) throw error;
    const causes = error.details?.causes ?? [];
    return causes.length === 0 ? [error.message] : causes.map((cause) => `${cause.field}: ${cause.message}`);
  }
}

/** The table of one object: headings and cells, wide ones with a star. */
export function table(target: ServedResource, object: KubeObject): { heads: string[]; cells: unknown[] } {
  const heads = columnDefinitions(target).map(({ name, priority }) => (priority > 0 ? `${name}*` : name));
  const row: unknown = JSON.parse(tableRow(target, object, 'None', nowMs));
  const cells = isObject(row) && Array.isArray(row['cells']) ? row['cells'] : [];
  return { heads, cells };
}
