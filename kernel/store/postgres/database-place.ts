import { StoreError } from '../port.ts';

/** Which database, in words for messages: never with the password. */
export interface DatabasePlace {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
}

/** Such as `the database plinth on db.example:5432 as user plinth`. */
export function describePlace({ host, port, database, user }: DatabasePlace): string {
  // A host that is a path is the directory of a socket.
  const where = host.startsWith('/') ? `${host} (port ${port})` : `${host}:${port}`;
  return `the database ${database} on ${where} as user ${user}`;
}

/**
 * Checks what a URL looks like, before the client sees it: its errors may hold the URL and with it the password.
 * @throws StoreError `unavailable`
 */
export function checkUrl(url: string): void {
  // A socket has no host: its directory is the parameter `host`.
  const parsed = URL.parse(url.replace(/^(postgres(?:ql)?:\/\/(?:[^@/]*@)?)(?=\/)/, '$1socket'));
  if (parsed !== null && /^postgres(ql)?:$/.test(parsed.protocol) && isDecodable(parsed)) return;
  throw new StoreError('unavailable', 'the URL of the database is not one', {
    hint: 'write it as postgres://USER:PASSWORD@HOST:PORT/DATABASE; percent-encode what is special in user and password',
  });
}

function isDecodable({ username, password, pathname }: URL): boolean {
  try {
    for (const part of [username, password, pathname]) decodeURIComponent(part);
    return true;
  } catch {
    return false; // A stray percent sign: that is what was asked.
  }
}
