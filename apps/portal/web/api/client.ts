import { basePath } from './base.ts';
import { at, isRecord, listAt, numberAt, textAt } from './json.ts';
import { endSession, tokenOf } from './session.ts';

/** What the server finds wrong with a field. */
export interface FieldProblem {
  readonly field: string;
  readonly message: string;
}

/** A refusal of the API, as its Status says it. */
export class ApiError extends Error {
  readonly code: number;
  readonly reason: string;
  readonly problems: readonly FieldProblem[];

  constructor(code: number, status: unknown, fallback: string) {
    super(textAt(status, 'message') || fallback);
    this.code = code;
    this.reason = textAt(status, 'reason');
    this.problems = listAt(status, 'details', 'causes').map((cause) => ({
      field: textAt(cause, 'field'),
      message: textAt(cause, 'message'),
    }));
  }
}

/** A request of the API beside its path. */
export interface ApiRequest {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly body?: unknown;
  readonly contentType?: string;
  readonly accept?: string;
  readonly signal?: AbortSignal | undefined;
  /** The token to send; that of the session unless told. */
  readonly token?: string;
}

/**
 * Sends a request with the user's own rights.
 *
 * @param path below the virtual cluster, such as `/api/v1/namespaces`
 * @throws ApiError of a refusal; the session ends with a 401. TypeError when the server cannot be reached.
 */
async function send(path: string, request: ApiRequest = {}): Promise<Response> {
  const {
    method = 'GET',
    body,
    contentType = 'application/json',
    accept = 'application/json',
    signal,
  } = request;
  const token = request.token ?? tokenOf();
  const response = await fetch(`${basePath}${path}`, {
    method,
    headers: {
      Accept: accept,
      ...(token ? { Authorization: `Bearer ${token}` } : {}),
      ...(body === undefined ? {} : { 'Content-Type': contentType }),
    },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    ...(signal ? { signal } : {}),
    credentials: 'omit',
    cache: 'no-store',
  });
  if (response.ok) return response;
  const status = statusOf(await response.text().catch(() => ''));
  if (response.status === 401 && request.token === undefined) endSession();
  throw new ApiError(response.status, status, `${response.status} ${response.statusText}`);
}

/** A refusal: a Status of the API, or the plain text of a protocol. */
function statusOf(text: string): unknown {
  try {
    const status: unknown = JSON.parse(text);
    return status;
  } catch {
    return { message: text.trim() };
  }
}

/** Sends a request and reads its answer. @throws as `send` */
export async function json(path: string, request: ApiRequest = {}): Promise<unknown> {
  return await (await send(path, request)).json();
}

/**
 * The lines of an answer that goes on.
 * @throws as `send`
 */
export async function* lines(path: string, request: ApiRequest = {}): AsyncGenerator<unknown, void> {
  const response = await send(path, request);
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  if (!reader) return;
  let rest = '';
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const parts = (rest + value).split('\n');
    rest = parts.pop() ?? '';
    for (const part of parts) {
      if (part === '') continue;
      const line: unknown = JSON.parse(part);
      yield line;
    }
  }
}

/** An event of a watch. */
export interface WatchEvent {
  readonly type: string;
  readonly object: unknown;
}

/** The events of a watch, until it ends. @throws ApiError when the watch ends with an error, e.g. 410 */
export async function* watch(path: string, request: ApiRequest): AsyncGenerator<WatchEvent, void> {
  for await (const line of lines(path, request)) {
    const object = at(line, 'object');
    const type = textAt(line, 'type');
    if (type === 'ERROR') throw new ApiError(numberAt(object, 'code'), object, 'the watch has ended');
    if (isRecord(line)) yield { type, object };
  }
}

/** What went wrong, for people. */
export function messageOf(error: unknown): string {
  if (error instanceof ApiError) return error.message;
  if (error instanceof TypeError)
    return 'The server cannot be reached. What is shown may be old; it is tried again.';
  return error instanceof Error ? error.message : String(error);
}
