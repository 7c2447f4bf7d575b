import { type HttpReply, isObject, StatusError } from '@plinth/kernel';

const contentType = 'application/vnd.api+json';

/** Names a resource. */
export interface Identifier {
  readonly id: string;
  readonly type: string;
}

/** A resource as it is told. Spec: JSON:API 1.1, Resource Objects. */
export interface Resource extends Identifier {
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly relationships?: Readonly<
    Record<string, { readonly data: Identifier | readonly Identifier[] | null }>
  >;
}

/** A resource as it was sent: one that is to be made has no id, and nothing has been checked yet. */
export interface SentResource {
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly relationships: Readonly<Record<string, unknown>>;
}

/** An answer with a resource, or a list of them. */
export function document(
  data: Resource | readonly Resource[] | null,
  more: {
    readonly status?: number;
    readonly meta?: object;
    readonly headers?: Record<string, string>;
    /** Resources that others name. Spec: JSON:API 1.1, Compound Documents. */
    readonly included?: readonly Resource[];
  } = {},
): HttpReply {
  const { status = 200, meta, headers = {}, included } = more;
  const body = JSON.stringify({ data, ...(included ? { included } : {}), ...(meta ? { meta } : {}) });
  return { status, contentType, headers, body };
}

/** An answer that says nothing more. */
export function noContent(headers: Record<string, string> = {}): HttpReply {
  return { status: 204, contentType, headers, body: '' };
}

/** An error. Spec: JSON:API 1.1, Error Objects. */
export function errorDocument({ code, message }: Pick<StatusError, 'code' | 'message'>): HttpReply {
  const title = titles[code] ?? 'refused';
  const errors = [{ status: String(code), title, detail: message }];
  return { status: code, contentType, body: JSON.stringify({ errors }) };
}

const titles: Readonly<Record<number, string>> = {
  400: 'bad request',
  401: 'unauthorized',
  403: 'forbidden',
  404: 'not found',
  409: 'conflict',
  422: 'invalid attribute',
};

/** @throws StatusError 400 unless the body is a document with one resource of the type */
export function readResource(body: Buffer, type: string): SentResource {
  return sentResource(dataOf(body), type, 'data');
}

/** @throws StatusError 400 unless the body is a document with a list of resources of the type */
export function readResources(body: Buffer, type: string): SentResource[] {
  return sentResources(dataOf(body), type, 'data');
}

/** The id of what a body relates to, looked at before anything else of it; an empty text when it names none. @throws StatusError 400 */
export function relatedIn(body: Buffer, name: string): string {
  const data = dataOf(body);
  const relationships = isObject(data) ? data['relationships'] : undefined;
  const relationship = isObject(relationships) ? relationships[name] : undefined;
  const related = isObject(relationship) ? relationship['data'] : undefined;
  const id = isObject(related) ? related['id'] : undefined;
  return typeof id === 'string' ? id : '';
}

/** The resources of a relationship that come along with one; undefined when it has none of the name. @throws StatusError 400 */
export function related(
  { relationships }: SentResource,
  name: string,
  type: string,
): SentResource[] | undefined {
  const relationship = relationships[name];
  const where = `data.relationships.${name}.data`;
  if (relationship === undefined) return undefined;
  return sentResources(isObject(relationship) ? relationship['data'] : undefined, type, where);
}

/** A text among attributes; undefined when it is not there. @throws StatusError 422 */
export function textOf(
  { attributes }: SentResource,
  name: string,
  charactersMax: number,
): string | undefined {
  const value = attributes[name] ?? undefined;
  if (value === undefined || (typeof value === 'string' && value.length <= charactersMax)) return value;
  throw invalid(name, `expected a text of at most ${charactersMax} characters`);
}

/** A truth value among attributes; undefined when it is not there. @throws StatusError 422 */
export function flagOf({ attributes }: SentResource, name: string): boolean | undefined {
  const value = attributes[name] ?? undefined;
  if (value === undefined || typeof value === 'boolean') return value;
  throw invalid(name, 'expected true or false');
}

/** Texts among attributes; none when they are not there. @throws StatusError 422 */
export function textsOf(
  { attributes }: SentResource,
  name: string,
  { countMax, charactersMax }: { readonly countMax: number; readonly charactersMax: number },
): string[] {
  const value = attributes[name] ?? [];
  const isText = (one: unknown): one is string => typeof one === 'string' && one.length <= charactersMax;
  if (Array.isArray(value) && value.length <= countMax && value.every(isText)) return value;
  throw invalid(name, `expected at most ${countMax} texts of at most ${charactersMax} characters`);
}

/** What an attribute is refused with. */
export function invalid(attribute: string, why: string): StatusError {
  return new StatusError(422, 'Invalid', `${attribute}: ${why}`);
}

function dataOf(body: Buffer): unknown {
  const sent = readJson(body);
  return isObject(sent) ? sent['data'] : undefined;
}

/** @throws StatusError 400 */
export function readJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString());
  } catch (cause) {
    throw new StatusError(400, 'BadRequest', 'the body is no JSON', undefined, cause);
  }
}

function sentResources(data: unknown, type: string, where: string): SentResource[] {
  if (!Array.isArray(data))
    throw new StatusError(400, 'BadRequest', `${where}: expected a list of resources`);
  return data.map((one, i) => sentResource(one, type, `${where}[${i}]`));
}

function sentResource(data: unknown, type: string, where: string): SentResource {
  if (!isObject(data) || data['type'] !== type) {
    throw new StatusError(400, 'BadRequest', `${where}: expected a resource of the type "${type}"`);
  }
  const { attributes, relationships } = data;
  return {
    attributes: isObject(attributes) ? attributes : {},
    relationships: isObject(relationships) ? relationships : {},
  };
}
