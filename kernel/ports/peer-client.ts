import type { IncomingMessage } from 'node:http';
import { Agent, request } from 'node:https';
import { createInterface } from 'node:readline';

/** Who this process is to the others of its installation, as PEM texts. */
export interface PeerCredentials {
  /** The authority that issued the certificates of all of them. */
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

/** How long a peer may take until the head of its answer, in milliseconds. */
const answerMsMax = 3_000;
/** Bytes of an answer to a refused request that are kept for the message. */
const refusalCharsMax = 500;

/** Asks other processes of the installation, over HTTPS with certificates of its own authority on both sides. */
export class PeerClient {
  readonly #agent: Agent;

  constructor(credentials: PeerCredentials) {
    // A peer is known by its certificate alone: it may listen under an address that no certificate names.
    this.#agent = new Agent({ ...credentials, keepAlive: true, checkServerIdentity: () => undefined });
  }

  /**
   * The lines of an answer, as they come.
   * @param url of the peer
   * @param path with its query
   * @param signal ends it
   * @throws Error when the peer does not answer in time, refuses, or breaks off
   */
  async *lines(url: string, path: string, signal: AbortSignal): AsyncGenerator<string, void> {
    const response = await this.#open(url, path, signal);
    try {
      if (response.statusCode !== 200) {
        let text = '';
        for await (const chunk of response.setEncoding('utf8'))
          text = (text + String(chunk)).slice(0, refusalCharsMax);
        throw new Error(`${url}${path} was answered ${response.statusCode ?? 0}: ${text}`);
      }
      yield* createInterface({ input: response, crlfDelay: Number.POSITIVE_INFINITY });
      if (!response.complete && !signal.aborted) throw new Error(`${url}${path} broke off`);
    } finally {
      response.destroy();
    }
  }

  close(): void {
    this.#agent.destroy();
  }

  #open(url: string, path: string, signal: AbortSignal): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const asked = request(url, { path, agent: this.#agent, signal }, (response) => {
        asked.setTimeout(0);
        resolve(response);
      });
      asked.setTimeout(answerMsMax, () => {
        asked.destroy(new Error(`${url} did not answer within ${answerMsMax / 1000} s`));
      });
      asked.once('error', reject);
      asked.end();
    });
  }
}
