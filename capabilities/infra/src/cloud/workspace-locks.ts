import { formatTime, type HttpReply, type HttpRequest, isObject, StatusError } from '@plinth/kernel';
import { lockTextMax } from '../limits.ts';
import { mayNotForce } from '../state/lock-refusal.ts';
import { heldText, type TerraformStateLock } from '../state/terraform-state-kind.ts';
import { type CloudServices, lockResource, stateAt } from './cloud-services.ts';
import { document, readJson } from './json-api.ts';
import { workspaceNamed, workspaceResource } from './workspaces.ts';

// Clients of this API know of no ids of locks: who holds the lock is the user. So each lock gets an id here that says where it
// comes from, and what a client of the http backend has locked is not written to, nor unlocked, by one of this API.
const idPrefix = 'cloud-';

/** The lock under which a user writes here; an empty text when there is none. */
export function ownLockId(lock: TerraformStateLock | undefined, username: string): string {
  return lock && isOwn(lock, username) ? lock.id : '';
}

function isOwn(lock: TerraformStateLock, username: string): boolean {
  return lock.user === username && lock.id.startsWith(idPrefix);
}

/** Takes the lock for the sender. @throws StatusError 409 when somebody holds it, the sender included */
export async function lockWorkspace(services: CloudServices, request: HttpRequest): Promise<HttpReply> {
  const { random, clock, states } = services;
  const { user, headers, body } = request;
  const name = workspaceNamed(request);
  stateAt(services, name);
  const id = `${idPrefix}${Buffer.from(random.bytes(16)).toString('hex')}`;
  const version = String(headers['terraform-version'] ?? '').slice(0, lockTextMax);
  const info = {
    ID: id,
    Operation: '',
    Info: reasonOf(body),
    Who: user.username,
    Version: version,
    Created: formatTime(clock.now()),
    Path: `${name.namespace}/${name.name}`,
  };
  const entry = request.entry('lock', { lock: id });
  const outcome = await states.lock(name, { info, user: user.username, entry });
  if (!outcome.held) throw new StatusError(409, 'Conflict', heldText(outcome.by));
  return document(workspaceResource(services, stateAt(services, name), request));
}

/** Why it is locked, as the client says. @throws StatusError 400 */
function reasonOf(body: Buffer): string {
  if (body.length === 0) return '';
  const sent = readJson(body);
  // Its documentation has the reason at the top, and its clients send it as an attribute.
  const attributes = isObject(sent) && isObject(sent['data']) ? sent['data']['attributes'] : sent;
  const reason = isObject(attributes) ? attributes['reason'] : undefined;
  return typeof reason === 'string' ? reason.slice(0, lockTextMax) : '';
}

/** Gives the sender's own lock back. @throws StatusError 409 when it is that of somebody else */
export async function unlockWorkspace(services: CloudServices, request: HttpRequest): Promise<HttpReply> {
  const { username } = request.user;
  return await unlock(services, request, (lock) => {
    if (isOwn(lock, username)) return 'unlock';
    // Clients look for these words.
    throw new StatusError(409, 'Conflict', `the workspace is locked by User ${lock.user}: ${heldText(lock)}`);
  });
}

/**
 * Takes whatever lock there is away: one's own, which Terraform leaves behind when the write of a state was refused, or with a right
 * of its own that of somebody else.
 * @throws StatusError 403
 */
export async function forceUnlockWorkspace(
  services: CloudServices,
  request: HttpRequest,
): Promise<HttpReply> {
  const { username } = request.user;
  const mayForce = request.may({ verb: 'delete', resource: lockResource });
  return await unlock(services, request, (lock) => {
    if (isOwn(lock, username)) return 'unlock';
    if (!mayForce) throw mayNotForce(username);
    return 'force-unlock';
  });
}

async function unlock(
  services: CloudServices,
  request: HttpRequest,
  actionOn: (lock: TerraformStateLock) => string,
): Promise<HttpReply> {
  const name = workspaceNamed(request);
  stateAt(services, name);
  await services.states.unlock(name, undefined, (lock) =>
    request.entry(actionOn(lock), { lock: lock.id, user: lock.user }),
  );
  return document(workspaceResource(services, stateAt(services, name), request));
}
