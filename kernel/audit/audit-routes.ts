import { once } from 'node:events';
import type { PathRoute } from '../api/cluster-api.ts';
import type { RequestInfo } from '../api/request-info.ts';
import type { Exchange } from '../api/respond.ts';
import type { UserInfo } from '../auth/port.ts';
import { isObject } from '../model/json.ts';
import { badRequest, methodNotAllowed, StatusError, unknownPath } from '../model/status-error.ts';
import type { LogEntry, Logs } from '../store/port.ts';
import type { AuditTree } from './audit-tree.ts';
import { eraseActor } from './erasure.ts';
import { type EventSink, streamEvents } from './event-stream.ts';
import type { AuditTrail } from './trail.ts';

/** What the routes of a tenant's audit read. */
export interface AuditRoutesOptions {
  readonly logs: Logs;
  readonly tree: AuditTree;
  readonly trail: AuditTrail;
}

const prefix = '/audit';

/**
 * The audit log of a tenant over HTTP, below the path of its virtual cluster:
 *
 *   GET  /audit/checkpoint, /audit/tile/...   the log as C2SP tlog-tiles names its files
 *   GET  /audit/verifier                      the public key that its checkpoints are signed with
 *   GET  /audit/events?from=N&follow=true     the entries from a place on, one JSON object on each line
 *   GET  /audit/salts?sequence=N              what opens the commitment to the content of an object
 *   POST /audit/erasures?username=NAME        erases what the log knows of a person beside its commitments
 */
export function auditRoutes(options: AuditRoutesOptions): PathRoute {
  const { logs, tree, trail } = options;
  return {
    prefix,
    async handle(exchange, info, user) {
      const path = info.path.slice(prefix.length + 1);
      const { method } = exchange.request;
      if (path === 'erasures') {
        if (method !== 'POST') throw methodNotAllowed();
        await erase(options, exchange, info, user);
        return;
      }
      if (method !== 'GET' && method !== 'HEAD') throw methodNotAllowed();
      if (path === 'verifier') exchange.text(200, `${tree.verifierKey}\n`);
      else if (path === 'salts') await salt(logs, trail.log, exchange, info);
      else if (path === 'events') await events(logs, trail.log, exchange, info);
      else await file(tree, path, exchange);
    },
  };
}

async function file(tree: AuditTree, path: string, exchange: Exchange): Promise<void> {
  if (path === 'checkpoint' && tree.problem !== undefined) {
    throw new StatusError(503, 'ServiceUnavailable', tree.problem);
  }
  const content = await tree.read(path);
  if (!content) throw unknownPath();
  const isText = path === 'checkpoint';
  exchange.bytes(200, content, isText ? 'text/plain; charset=utf-8' : 'application/octet-stream');
}

async function events(logs: Logs, log: string, exchange: Exchange, { query }: RequestInfo): Promise<void> {
  const range = {
    log,
    from: wholeNumber(query, 'from') ?? 0,
    limit: wholeNumber(query, 'limit') ?? Number.MAX_SAFE_INTEGER,
    follow: query.get('follow') === 'true',
  };
  const { response } = exchange;
  response.writeHead(200, exchange.headers('application/x-ndjson'));
  response.flushHeaders();
  await streamEvents(logs, range, sinkOf(exchange), formatEntry);
  response.end();
}

/**
 * An entry as a line: the event exactly as it is in the log, and who acted and what policies noted, unless that is
 * erased. What opens the commitment to an object's content is left out: with it a reader of the log could try out what
 * a secret might be.
 */
function formatEntry({ value, opening }: LogEntry): string {
  const openings: unknown = opening === undefined ? undefined : JSON.parse(opening);
  const { actor, annotations } = isObject(openings) ? openings : {};
  const shown = actor === undefined ? null : { actor, annotations };
  return `{"event":${value},"opening":${JSON.stringify(shown)}}\n`;
}

/** What opens the commitment to the content of an object, for those who may read the object. */
async function salt(logs: Logs, log: string, exchange: Exchange, { query }: RequestInfo): Promise<void> {
  const sequence = wholeNumber(query, 'sequence');
  if (sequence === undefined) throw badRequest('sequence: Required value: the number of an entry');
  const [entry] = await logs.read(log, sequence, 1);
  const openings: unknown = entry?.opening === undefined ? undefined : JSON.parse(entry.opening);
  const content = isObject(openings) ? openings['content'] : undefined;
  if (content === undefined) throw unknownPath();
  exchange.json(200, JSON.stringify({ sequence, content }));
}

function sinkOf({ response }: Exchange): EventSink {
  return {
    write: (text) => response.write(text),
    async drained() {
      if (response.closed) return;
      await Promise.race([once(response, 'drain'), once(response, 'close')]);
    },
    get closed() {
      return response.closed || response.destroyed;
    },
    onClosed: (closed) => response.once('close', closed),
  };
}

async function erase(
  { logs, trail }: AuditRoutesOptions,
  exchange: Exchange,
  { query }: RequestInfo,
  user: UserInfo,
): Promise<void> {
  const username = query.get('username');
  if (username === null || username === '') {
    throw badRequest('username: Required value: name the user, as in /audit/erasures?username=alice');
  }
  const count = await eraseActor(logs, trail.log, username);
  await trail.erased(user, exchange.origin, count);
  exchange.json(201, JSON.stringify({ erased: count }));
}

/** @throws StatusError 400 */
function wholeNumber(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name);
  if (text === null) return undefined;
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw badRequest(`${name}: Invalid value: ${JSON.stringify(text)}: must be a whole number`);
}
