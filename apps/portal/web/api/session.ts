const tokenKey = 'plinth.token';
const endedKey = 'plinth.ended';

const listeners = new Set<() => void>();
const changed = (): void => {
  for (const listener of listeners) listener();
};

/** The token of this tab; it is kept nowhere else and ends with the tab. */
export function tokenOf(): string {
  return sessionStorage.getItem(tokenKey) ?? '';
}

/** Signs in with a token that the server has accepted. */
export function beginSession(token: string): void {
  sessionStorage.removeItem(endedKey);
  sessionStorage.setItem(tokenKey, token);
  changed();
}

/** Forgets everything of the user. @param why shown where one signs in again */
export function endSession(
  why = 'The token is not accepted any more: it has ended or was taken back. Sign in with another one.',
): void {
  if (tokenOf() === '') return;
  sessionStorage.clear();
  sessionStorage.setItem(endedKey, why);
  changed();
}

/** Why the last session ended; empty when none has. */
export function endOfSession(): string {
  return sessionStorage.getItem(endedKey) ?? '';
}

/** Calls when a session begins or ends. @returns what ends the calls */
export function onSession(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
