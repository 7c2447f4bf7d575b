import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { Website } from '@plinth/kernel';
import { type Bundle, type BundleFile, openBundle } from './bundle.ts';

/** Nothing inline, nothing from elsewhere, nothing framed. Spec: CSP Level 3. */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ');

const contentTypes: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  svg: 'image/svg+xml',
};

const secure: OutgoingHttpHeaders = {
  'Content-Security-Policy': contentSecurityPolicy,
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
};

/** How long a browser waits before it asks again for a page that is being built. */
const refreshSeconds = 1;

type State =
  | { readonly is: 'building' }
  | { readonly is: 'ready'; readonly files: Bundle }
  | { readonly is: 'missing'; readonly why: string };

/**
 * Serves the portal's files. They are read when they are asked for the first time; while they are being built, a page says so
 * and asks again by itself.
 *
 * @param open gives the files
 * @param graceMs how long a request waits for the files before it is told that they are being built
 */
export function portalWebsite(open: () => Promise<Bundle> = openBundle, graceMs = 400): Website {
  let state: State = { is: 'building' };
  let opening: Promise<void> | undefined;
  const opened = (): Promise<void> => {
    opening ??= open().then(
      (files) => {
        state = { is: 'ready', files };
      },
      (error: unknown) => {
        state = { is: 'missing', why: error instanceof Error ? error.message : String(error) };
        // The next request tries again: whoever has put it right need not restart anything.
        opening = undefined;
      },
    );
    return opening;
  };
  return {
    async answer(request, response, path) {
      if (state.is !== 'ready') {
        state = { is: 'building' };
        await Promise.race([opened(), new Promise((resolve) => setTimeout(resolve, graceMs))]);
      }
      answerFrom(state, request, response, path);
    },
  };
}

function answerFrom(state: State, request: IncomingMessage, response: ServerResponse, path: string): void {
  if (state.is === 'building') {
    const headers = { Refresh: String(refreshSeconds) };
    sendNote(response, 503, 'The portal is being built, which takes a few seconds once.', headers);
    return;
  }
  if (state.is === 'missing') {
    const remedy =
      'Remedy: run `npm ci` in the checkout and load this page again. The API and kubectl are not affected.';
    sendNote(response, 503, `The portal could not be built.\n\n${state.why}\n\n${remedy}`);
    return;
  }
  const name = path.replace(/^\/ui\/?/, '').replace(/^\//, '');
  const asset = name.startsWith('assets/') ? state.files.get(name) : undefined;
  const file = asset ?? (name.startsWith('assets/') ? undefined : state.files.get('index.html'));
  if (file === undefined) {
    sendNote(
      response,
      404,
      'There is no such file of the portal. Load the page again: it may be another version now.',
    );
    return;
  }
  // Names of assets hold a hash of what is in them.
  const caching = asset ? 'public, max-age=31536000, immutable' : 'no-cache';
  send(request, response, file, {
    ...secure,
    'Cache-Control': caching,
    'Content-Type': contentTypes[asset ? name.slice(name.lastIndexOf('.') + 1) : 'html'],
    Vary: 'Accept-Encoding',
  });
}

function send(
  { method, headers }: IncomingMessage,
  response: ServerResponse,
  { plain, gzip, brotli }: BundleFile,
  shown: OutgoingHttpHeaders,
): void {
  const accepted = [headers['accept-encoding'] ?? ''].join();
  const [encoding, body] =
    brotli && /\bbr\b/.test(accepted)
      ? ['br', brotli]
      : gzip && /\bgzip\b/.test(accepted)
        ? ['gzip', gzip]
        : [undefined, plain];
  response.writeHead(200, {
    ...shown,
    ...(encoding === undefined ? {} : { 'Content-Encoding': encoding }),
    'Content-Length': body.length,
  });
  response.end(method === 'HEAD' ? undefined : body);
}

function sendNote(
  response: ServerResponse,
  code: number,
  text: string,
  headers: OutgoingHttpHeaders = {},
): void {
  response.writeHead(code, {
    ...secure,
    'Cache-Control': 'no-store',
    'Content-Type': 'text/plain; charset=utf-8',
    ...headers,
  });
  response.end(`${text}\n`);
}
