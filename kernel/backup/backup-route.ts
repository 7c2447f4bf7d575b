import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { PathRoute } from '../api/cluster-api.ts';
import type { RequestInfo } from '../api/request-info.ts';
import type { Exchange } from '../api/respond.ts';
import type { AuditTrail } from '../audit/trail.ts';
import type { UserInfo } from '../auth/port.ts';
import {
  badRequest,
  methodNotAllowed,
  tooManyRequests,
  unavailable,
  unknownPath,
} from '../model/status-error.ts';
import type { Clock } from '../ports/clock.ts';
import { stallMsMax } from './limits.ts';
import { type BackupSource, writeBackup } from './write-backup.ts';

/** What the route stands on. */
export interface BackupRouteOptions extends Omit<BackupSource, 'withKeys'> {
  readonly trail: AuditTrail;
}

const prefix = '/backup';

/**
 * A backup of the whole control plane over HTTP, as a tar archive:
 *
 *   GET /backup              with the keys: whoever has it can act as the control plane
 *   GET /backup?keys=false   without them
 *
 * Only who may get this path gets it, which of the roles that come along is `cluster-admin`. It is entered in the audit
 * log before the first byte. One is made at a time.
 */
export function backupRoute(options: BackupRouteOptions): PathRoute {
  let isBusy = false;
  return {
    prefix,
    async handle(exchange, info, user) {
      if (exchange.request.method !== 'GET') throw methodNotAllowed();
      if (info.path !== prefix) throw unknownPath();
      const withKeys = keysOf(info);
      if (isBusy) throw tooManyRequests('another backup is under way; try again when it is done', 10);
      isBusy = true;
      try {
        await answer(options, exchange, user, withKeys);
      } finally {
        isBusy = false;
      }
    },
  };
}

async function answer(
  options: BackupRouteOptions,
  exchange: Exchange,
  user: UserInfo,
  withKeys: boolean,
): Promise<void> {
  const { writable, cause, hint } = options.store.health();
  if (!writable) {
    // What is damaged would be missing without a word, and the entry below could not be written.
    throw unavailable(`no backup is made of a store that cannot be written: ${cause ?? ''}; ${hint ?? ''}`);
  }
  await options.trail.acted(prefix, user, exchange.origin, { action: 'backup', withKeys });
  const { response } = exchange;
  response.writeHead(200, exchange.headers('application/x-tar'));
  for await (const chunk of writeBackup({ ...options, withKeys })) {
    if (response.destroyed) return;
    if (!response.write(chunk)) await taken(response, options.clock);
  }
  response.end();
}

/** Waits until the client has taken what was written; one that takes nothing is given up. */
async function taken(response: ServerResponse, clock: Clock): Promise<void> {
  const giveUp = clock.after(stallMsMax, () => response.destroy());
  try {
    await Promise.race([once(response, 'drain'), once(response, 'close')]);
  } finally {
    giveUp();
  }
}

/** @throws StatusError 400 */
function keysOf({ query }: RequestInfo): boolean {
  const text = query.get('keys') ?? 'true';
  if (text === 'true' || text === 'false') return text === 'true';
  throw badRequest(`keys: Invalid value: ${JSON.stringify(text)}: must be true or false`);
}
