import { readFileSync } from 'node:fs';
import { request } from 'node:https';

/** What a server answered. */
export interface Answer {
  readonly code: number;
  readonly body: Readonly<Record<string, unknown>>;
}

/** Asks a server as kubectl does: over HTTPS, with the certificates of its kubeconfig. */
export class HttpsClient {
  readonly #url: string;
  readonly #tls: { readonly ca: Buffer; readonly cert: Buffer; readonly key: Buffer };

  constructor(url: string, kubeconfigPath: string) {
    this.#url = url;
    const text = readFileSync(kubeconfigPath, 'utf8');
    const data = (field: string): Buffer => {
      const value = new RegExp(`${field}: *"?([A-Za-z0-9+/=]+)`).exec(text)?.[1];
      if (value === undefined) throw new Error(`${kubeconfigPath} has no ${field}`);
      return Buffer.from(value, 'base64');
    };
    this.#tls = {
      ca: data('certificate-authority-data'),
      cert: data('client-certificate-data'),
      key: data('client-key-data'),
    };
  }

  /** @param type of the body; `accept` of what is answered */
  async send(
    method: string,
    path: string,
    body?: unknown,
    { type = 'application/json', accept = 'application/json' } = {},
  ): Promise<Answer> {
    return await new Promise((resolve, reject) => {
      const headers = { accept, 'content-type': type };
      const asked = request(
        new URL(path, this.#url),
        { method, headers, agent: false, ...this.#tls },
        (answer) => {
          const chunks: Buffer[] = [];
          answer.on('data', (chunk: Buffer) => chunks.push(chunk));
          answer.on('error', reject);
          answer.on('end', () => {
            const parsed: unknown = JSON.parse(Buffer.concat(chunks).toString());
            resolve({ code: answer.statusCode ?? 0, body: parsed as Answer['body'] });
          });
        },
      );
      asked.on('error', reject);
      asked.end(body === undefined ? undefined : JSON.stringify(body));
    });
  }

  /** A merge patch, as `kubectl patch --type=merge` sends it. */
  async merge(path: string, patch: unknown): Promise<Answer> {
    return await this.send('PATCH', path, patch, { type: 'application/merge-patch+json' });
  }
}
