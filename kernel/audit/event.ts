import { hash } from 'node:crypto';
import type { UserInfo } from '../auth/port.ts';
import type { Salts } from './salts.ts';

/** What an audit event says happened. Spec: CloudEvents 1.0, `type`. */
export type AuditEventType =
  | 'dev.plinth.object.created'
  | 'dev.plinth.object.updated'
  | 'dev.plinth.object.deleted'
  | 'dev.plinth.object.acted'
  | 'dev.plinth.access.denied'
  | 'dev.plinth.access.login'
  | 'dev.plinth.access.refused'
  | 'dev.plinth.audit.erased'
  | 'dev.plinth.usage.counted';

/** Where a request came from. All of it is personal data. */
export interface RequestOrigin {
  readonly address: string;
  readonly userAgent: string;
  /** Who really sent it, when it was sent as somebody else. */
  readonly impersonatedBy?: string;
}

/** Facts of an event. What is personal or secret is in `actor` and `content` and reaches the log as commitments only. */
export interface AuditFacts {
  readonly type: AuditEventType;
  readonly nowMs: number;
  /** URL path of what the event is about, with a leading slash. */
  readonly subject: string;
  readonly user?: UserInfo | undefined;
  readonly origin?: RequestOrigin | undefined;
  /** The object as it is stored afterwards; of a deletion its last state. */
  readonly content?: string | undefined;
  /** What policies note about the request, by key: whoever writes a policy may put anything into them. */
  readonly annotations?: Readonly<Record<string, string>> | undefined;
  /** Facts that may be read by everybody who may read the log. */
  readonly data: Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>;
}

/** A commitment that has been opened: with both, anybody can compute it again. */
export interface Opening {
  /** 22 characters, base64url of 16 random bytes. */
  readonly salt: string;
  /** The text that was committed to; absent where the log does not keep it, as for the content of objects. */
  readonly text?: string;
}

/** Openings by the name of the field of `data` that holds the commitment. */
type Openings = Record<string, Opening>;

/**
 * A commitment to a text: it tells nothing of the text without the salt, and only this text fits it.
 * @param salt 22 characters
 * @returns `sha256:` and the base64url of SHA-256 over the salt and the text in UTF-8
 */
export function commitment(salt: string, text: string): string {
  return `sha256:${hash('sha256', salt + text, 'base64url')}`;
}

/**
 * Writes an event: a CloudEvent in JSON that holds commitments, and beside it what opens them.
 * Spec: CloudEvents 1.0.2, JSON event format.
 */
export function writeEvent(
  facts: AuditFacts,
  place: { readonly source: string; readonly sequence: number },
  salts: Salts,
): { value: string; opening: string | undefined } {
  const openings: Openings = {};
  const data: Record<string, unknown> = { ...facts.data };
  if (facts.user) {
    const opening = { salt: salts.next(), text: actorText(facts.user, facts.origin) };
    openings['actor'] = opening;
    data['actor'] = commitment(opening.salt, opening.text);
  }
  if (facts.annotations && Object.keys(facts.annotations).length > 0) {
    const opening = { salt: salts.next(), text: JSON.stringify(facts.annotations) };
    openings['annotations'] = opening;
    data['annotations'] = commitment(opening.salt, opening.text);
  }
  if (facts.content !== undefined) {
    const salt = salts.next();
    openings['content'] = { salt };
    data['content'] = commitment(salt, facts.content);
  }
  const value = JSON.stringify({
    specversion: '1.0',
    id: String(place.sequence),
    source: place.source,
    type: facts.type,
    subject: facts.subject,
    time: new Date(facts.nowMs).toISOString(),
    datacontenttype: 'application/json',
    data,
  });
  const isOpen = facts.user !== undefined || facts.content !== undefined;
  return { value, opening: isOpen ? JSON.stringify(openings) : undefined };
}

/** Who acted, as the JSON text that is committed to. */
function actorText(user: UserInfo, origin: RequestOrigin | undefined): string {
  const { username, groups, uid } = user;
  return JSON.stringify({ username, groups, uid, ...origin });
}
