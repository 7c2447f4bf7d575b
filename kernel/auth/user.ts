import type { UserInfo } from './port.ts';

/** A user that nobody can change any more: authorizers and caches recognise a user by identity. */
export function frozenUser(user: UserInfo): UserInfo {
  Object.freeze(user.groups);
  for (const values of Object.values(user.extra ?? {})) Object.freeze(values);
  Object.freeze(user.extra);
  return Object.freeze(user);
}
