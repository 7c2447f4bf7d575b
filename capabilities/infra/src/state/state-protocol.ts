import {
  type HttpAccess,
  type HttpEndpoint,
  type HttpProtocol,
  type HttpReply,
  type HttpRequest,
  type ObjectName,
  StatusError,
} from '@plinth/kernel';
import { diffStates, parseState } from '@plinth/terraform-state';
import { listedVersionsMax, lockBytesMax, stateBytesMax } from '../limits.ts';
import { asState } from './as-state.ts';
import { contentReply } from './content-reply.ts';
import { lockInfoOf, readLockInfo } from './lock-info.ts';
import { mayNotForce } from './lock-refusal.ts';
import { statePath } from './state-path.ts';
import type { KeptVersion, StateVersion } from './state-versions.ts';
import type { States } from './states.ts';
import { type TerraformState, type TerraformStateLock, terraformStateKind } from './terraform-state-kind.ts';

const path = `${statePath.prefix}/{namespace}/{workspace}`;

const access = (verb: HttpAccess['verb'], part: string): HttpAccess => ({
  verb,
  resource: `${terraformStateKind.plural}/${part}`,
  object: ({ namespace = '', workspace = '' }) => ({ namespace, name: workspace }),
});

/**
 * The state backend that Terraform and OpenTofu know as `http`, with one URL for each workspace, and what is told of the
 * versions of a state.
 * Spec: Terraform, Backend Type: http; client in internal/backend/remote-state/http.
 */
export function stateProtocol(states: States): HttpProtocol {
  const endpoint = (
    methods: HttpEndpoint['methods'],
    right: HttpAccess,
    handle: (request: HttpRequest) => Promise<HttpReply>,
    { below = '', bodyBytesMax = 0 } = {},
  ): HttpEndpoint => ({ methods, path: `${path}${below}`, access: right, bodyBytesMax, handle });
  return {
    ...statePath,
    endpoints: [
      endpoint(['GET'], access('get', 'content'), (request) => read(states, request)),
      endpoint(['POST', 'PUT'], access('update', 'content'), (request) => write(states, request), {
        bodyBytesMax: stateBytesMax,
      }),
      endpoint(['LOCK'], access('update', 'lock'), (request) => lock(states, request), {
        bodyBytesMax: lockBytesMax,
      }),
      endpoint(['UNLOCK'], access('update', 'lock'), (request) => unlock(states, request), {
        bodyBytesMax: lockBytesMax,
      }),
      endpoint(['GET'], access('get', 'versions'), (request) => versions(states, request), {
        below: '/versions',
      }),
      endpoint(['GET'], access('get', 'versions'), (request) => difference(states, request), {
        below: '/diff',
      }),
    ],
    refuse: ({ code, message }) => ({
      status: code,
      contentType: 'text/plain; charset=utf-8',
      body: `${message}\n`,
    }),
  };
}

function nameOf({ parameters }: HttpRequest): ObjectName {
  const { namespace = '', workspace = '' } = parameters;
  return { namespace, name: workspace };
}

async function read(states: States, request: HttpRequest): Promise<HttpReply> {
  const state = states.get(nameOf(request));
  const serial = serialOf(request, 'serial') ?? state?.status?.serial;
  if (!state || serial === undefined) throw notThere('no state has been written to it');
  const version = await versionOf(states, state, serial);
  const [reply] = await Promise.all([
    contentReply(states.versions, { state, version }, request),
    request.enter('read', { serial }),
  ]);
  const told = {
    'Content-MD5': version.md5,
    ETag: `"${version.sha256}"`,
    'Plinth-State-Serial': String(serial),
  };
  return { ...reply, headers: { ...reply.headers, ...told } };
}

async function write(states: States, request: HttpRequest): Promise<HttpReply> {
  const { headers, query, body, user } = request;
  const packed = await asState(() => states.packer.pack(body));
  const md5 = headers['content-md5'];
  if (typeof md5 === 'string' && md5 !== packed.md5) {
    throw new StatusError(
      400,
      'BadRequest',
      `the body is not what was sent: Content-MD5 is ${md5}, and the body has ${packed.md5}`,
    );
  }
  const lockId = query.get('ID') ?? '';
  const entry = request.entry('write', {
    serial: packed.header.serial,
    sha256: packed.sha256,
    bytes: packed.sizeBytes,
  });
  const { serial } = await states.write(nameOf(request), { packed, lockId, by: user.username, entry });
  return {
    status: 200,
    contentType: 'text/plain',
    headers: { 'Plinth-State-Serial': String(serial) },
    body: '',
  };
}

async function lock(states: States, request: HttpRequest): Promise<HttpReply> {
  const info = readLockInfo(request.body);
  if (!info)
    throw new StatusError(
      400,
      'BadRequest',
      'the body says nothing about the lock: expected a JSON object with an ID',
    );
  const entry = request.entry('lock', { lock: info.ID, operation: info.Operation });
  const outcome = await states.lock(nameOf(request), { info, user: request.user.username, entry });
  if (!outcome.held) return heldBy(423, outcome.by);
  return jsonReply(info);
}

/**
 * Gives a lock back. That of somebody else needs a right of its own, and so does `terraform force-unlock`: it names no
 * lock, so that nobody can tell which one it means.
 */
async function unlock(states: States, request: HttpRequest): Promise<HttpReply> {
  const { user, may, entry } = request;
  const info = readLockInfo(request.body);
  const mayForce = may({ verb: 'delete', resource: `${terraformStateKind.plural}/lock` });
  if (!info && !mayForce) throw mayNotForce(user.username);
  const held = await states.unlock(nameOf(request), info?.ID, (lock) => {
    const isForced = !info || lock.user !== user.username;
    if (isForced && !mayForce) throw mayNotForce(user.username);
    return entry(isForced ? 'force-unlock' : 'unlock', { lock: lock.id, user: lock.user });
  });
  if (held) return heldBy(409, held);
  return { status: 200, contentType: 'text/plain', body: '' };
}

/** Spec: Terraform, Backend Type: http: "423: Locked or 409: Conflict with the holding lock info". */
function heldBy(status: 409 | 423, held: TerraformStateLock): HttpReply {
  return { status, contentType: 'application/json', body: JSON.stringify(lockInfoOf(held)) };
}

/** Versions, newest first, without their content. */
async function versions(states: States, request: HttpRequest): Promise<HttpReply> {
  const state = states.get(nameOf(request));
  if (!state) throw notThere('there is no such state');
  const listed = await states.versions.list(state, serialOf(request, 'before'), listedVersionsMax);
  return jsonReply({ versions: listed.map(toldOf) });
}

function toldOf({ contentFrom: _from, contentEntries: _entries, ...version }: KeptVersion): StateVersion {
  return version;
}

/** What differs between two versions, without sensitive values; from the one before unless told. */
async function difference(states: States, request: HttpRequest): Promise<HttpReply> {
  const state = states.get(nameOf(request));
  const to = serialOf(request, 'to') ?? state?.status?.serial;
  if (!state || to === undefined) throw notThere('no state has been written to it');
  const newer = await versionOf(states, state, to);
  const asked = serialOf(request, 'from');
  const older =
    asked === undefined
      ? (await states.versions.list(state, to, 1))[0]
      : await versionOf(states, state, asked);
  const file = async (version: KeptVersion) =>
    await asState(async () => parseState(await states.versions.content(state, version)));
  const found = diffStates(older && (await file(older)), await file(newer));
  await request.enter('diff', { ...(older ? { from: older.serial } : {}), to });
  return jsonReply({ from: older?.serial ?? null, to, ...found });
}

function jsonReply(value: unknown): HttpReply {
  return { status: 200, contentType: 'application/json', body: JSON.stringify(value) };
}

async function versionOf(states: States, state: TerraformState, serial: number): Promise<KeptVersion> {
  const version = await states.versions.find(state, serial);
  if (version) return version;
  const { firstSerial, serial: newest } = state.status ?? {};
  throw notThere(
    newest === undefined
      ? 'no state has been written to it'
      : `there is no serial ${serial}; there are ${firstSerial} to ${newest}`,
  );
}

/** @throws StatusError 400 */
function serialOf({ query }: HttpRequest, name: string): number | undefined {
  const text = query.get(name);
  if (text === null) return undefined;
  const serial = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(serial)) return serial;
  throw new StatusError(
    400,
    'BadRequest',
    `${name}: expected a serial, found ${JSON.stringify(text.slice(0, 80))}`,
  );
}

function notThere(why: string): StatusError {
  return new StatusError(404, 'NotFound', why);
}
