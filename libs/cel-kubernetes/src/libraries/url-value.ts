import { CelEvaluationError } from '../problem.ts';
import { OpaqueValue } from '../values/opaque-value.ts';

/** An absolute URL or an absolute path, taken apart as Go's net/url does. */
export class UrlValue extends OpaqueValue {
  readonly typeName = 'kubernetes.URL';
  readonly text: string;
  readonly scheme: string;
  /** With the port; an IPv6 address in brackets. */
  readonly host: string;
  readonly path: string;
  readonly query: string;

  /** @throws CelEvaluationError for what is no URL. */
  constructor(text: string) {
    super();
    const { scheme, host, path, query } = parseUrl(text);
    this.text = text;
    this.scheme = scheme;
    this.host = host;
    this.path = path;
    this.query = query;
  }

  get hostname(): string {
    return splitPort(this.host)[0];
  }

  get port(): string {
    return splitPort(this.host)[1];
  }

  equals(other: unknown): boolean {
    return other instanceof UrlValue && other.text === this.text;
  }

  override toString(): string {
    return this.text;
  }
}

interface UrlParts {
  readonly scheme: string;
  readonly host: string;
  /** As written. */
  readonly path: string;
  readonly query: string;
}

function invalid(text: string, reason: string): CelEvaluationError {
  return new CelEvaluationError(
    `URL parse error during conversion from string: parse ${JSON.stringify(text.slice(0, 200))}: ${reason}`,
  );
}

function parseUrl(text: string): UrlParts {
  if (text === '') throw invalid(text, 'empty url');
  if (/[\u0000-\u001f\u007f]/.test(text)) throw invalid(text, 'invalid control character in URL');
  // A request URI has no fragment, so that the check of Kubernetes takes '#' for a part of what is before it.
  const [, scheme = '', rest = ''] = /^(?:([a-zA-Z][a-zA-Z0-9+.-]*):)?([^]*)$/.exec(text) ?? [];
  if (text.startsWith(':')) throw invalid(text, 'missing protocol scheme');
  if (!rest.startsWith('/')) {
    if (scheme === '') throw invalid(text, 'invalid URI for request');
    const [, query] = cut(cut(rest, '#')[0], '?');
    return { scheme: scheme.toLowerCase(), host: '', path: '', query };
  }
  const [beforeQuery, query] = cut(cut(rest, '#')[0], '?');
  if (scheme === '' || !beforeQuery.startsWith('//')) {
    return { scheme: scheme.toLowerCase(), host: '', path: checkPath(text, beforeQuery), query };
  }
  const [, authority = '', path = ''] = /^\/\/([^/]*)([^]*)$/.exec(beforeQuery) ?? [];
  return {
    scheme: scheme.toLowerCase(),
    host: parseHost(text, authority),
    path: checkPath(text, path),
    query,
  };
}

function cut(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return at === -1 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}

function checkPath(text: string, path: string): string {
  const wrong = /%(?![0-9a-fA-F]{2}).{0,2}/.exec(path);
  if (wrong !== null) throw invalid(text, `invalid URL escape ${JSON.stringify(wrong[0])}`);
  return path;
}

function parseHost(text: string, authority: string): string {
  const at = authority.lastIndexOf('@');
  if (at !== -1 && !/^[A-Za-z0-9\-._:~!$&'()*+,;=%@]*$/.test(authority.slice(0, at))) {
    throw invalid(text, 'net/url: invalid userinfo');
  }
  const host = authority.slice(at + 1);
  const bracket = host.lastIndexOf(']');
  if (host.startsWith('[') && bracket === -1) throw invalid(text, "missing ']' in host");
  const colon = host.startsWith('[') ? bracket + 1 : host.lastIndexOf(':');
  const port = colon === -1 ? '' : host.slice(colon);
  if (!/^(?::[0-9]*)?$/.test(port)) throw invalid(text, `invalid port ${JSON.stringify(port)} after host`);
  const wrong = /[ \\^`{|}#?/]|%(?![0-9a-fA-F]{2})/.exec(host);
  if (wrong !== null) throw invalid(text, `invalid character ${JSON.stringify(wrong[0])} in host name`);
  return decode(host) ?? host;
}

function splitPort(host: string): [string, string] {
  const found = /^\[([^\]]*)\](?::([0-9]*))?$/.exec(host) ?? /^(.*?)(?::([0-9]*))?$/.exec(host);
  return [found?.[1] ?? host, found?.[2] ?? ''];
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    if (error instanceof URIError) return undefined;
    throw error;
  }
}

/** The path as it is sent: as written when that is valid, else with everything escaped that has to be. */
export function escapedPath({ path }: UrlValue): string {
  if (/^[A-Za-z0-9\-_.~!$&'()*+,;=:@[\]%/]*$/.test(path)) return path;
  const decoded = decode(path) ?? path;
  const escaped = encodeURIComponent(decoded.toWellFormed());
  return escaped
    .replace(/%(?:2F|24|26|2B|2C|3A|3B|3D|40)/g, (part) => decodeURIComponent(part))
    .replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** The parameters of the query, each with all its values; what cannot be read is left out, as in Go. */
export function queryParameters({ query }: UrlValue): ReadonlyMap<string, readonly string[]> {
  const parameters = new Map<string, string[]>();
  for (const part of query.split('&')) {
    if (part === '' || part.includes(';')) continue;
    const [key, value] = cut(part, '=').map((text) => decode(text.replaceAll('+', ' ')));
    if (key === undefined || value === undefined) continue;
    const known = parameters.get(key);
    if (known === undefined) parameters.set(key, [value]);
    else known.push(value);
  }
  return parameters;
}
