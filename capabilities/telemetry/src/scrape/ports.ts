import type { SecureVersion } from 'node:tls';

/** How TLS is spoken, with certificates and keys as PEM. */
export interface TlsMaterial {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  /** The name that the certificate of the server has to be for; by default the one in the URL. */
  readonly serverName?: string;
  /** Whether the certificate of the server is looked at. */
  readonly isVerified: boolean;
  /** The oldest version of TLS that is spoken; by default that of Node. */
  readonly minVersion?: SecureVersion;
  /** The newest one. */
  readonly maxVersion?: SecureVersion;
}

/** How servers are reached. */
export interface HttpClientOptions {
  /** The Authorization header, whole. It goes to the host of the URL alone, not to where that redirects. */
  readonly authorization?: string;
  readonly tls?: TlsMaterial;
  /**
   * Which addresses may be connected to: any, or only those that everybody on the internet reaches. What counts is the address
   * that is connected to, after names are resolved.
   */
  readonly reach: 'any' | 'public';
  /** Idle connections that are kept to one host; 2 by default. */
  readonly idleConnections?: number;
  /** Whether a GET goes where it is redirected to; it does by default. */
  readonly followsRedirects?: boolean;
}

export interface HttpQuestion {
  readonly url: string;
  /** What is posted; absent: it is a GET. */
  readonly body?: Uint8Array;
  readonly headers: Readonly<Record<string, string>>;
  /** Ends it; its reason is what is thrown. */
  readonly signal: AbortSignal;
  /** Bytes that a body has to stay below, decompressed. */
  readonly bodyBytesMax: number;
  /** Whether as much of a body as may be is read whatever the status says; absent: that of 200 alone, and whole. */
  readonly readsAnyStatus?: boolean;
}

export interface HttpAnswer {
  readonly status: number;
  /** What stands behind the status: `Not Found`. */
  readonly statusText: string;
  readonly contentType: string | undefined;
  /** Empty unless the status is 200, or any was asked for. */
  readonly body: Uint8Array;
  /** The value of a header, by its name in lower case. */
  readonly header?: (name: string) => string | undefined;
}

/** A client of HTTP that follows redirects of a GET and decompresses gzip. */
export interface HttpClient {
  /** @throws HttpError */
  ask(question: HttpQuestion): Promise<HttpAnswer>;
  /** Closes connections, once what is under way has ended. */
  close(): void;
}

/** Makes clients. @throws HttpError when certificates or keys cannot be read */
export type OpenHttpClient = (options: HttpClientOptions) => HttpClient;

/** A server could not be asked, in words for people. They hold neither credentials nor what the server sent. */
export class HttpError extends Error {
  override name = 'HttpError';
}

/** A body is as large as it may not be. */
export class BodySizeError extends HttpError {
  override name = 'BodySizeError';
}
