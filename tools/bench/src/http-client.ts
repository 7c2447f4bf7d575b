import { connect as connectPlain, type Socket, type TcpNetConnectOpts } from 'node:net';
import { type ConnectionOptions, connect } from 'node:tls';

/** Whom a connection without TLS goes to: peers that have none. */
export interface PlainTarget {
  readonly host: string;
  readonly port: number;
}

/** Whom a connection goes to and who it is for. */
export interface Target extends PlainTarget {
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

/** An answer: its status and how many bytes its body had. */
export interface Answer {
  readonly status: number;
  readonly bytes: number;
}

/** An answer with its body. */
export interface TextAnswer {
  readonly status: number;
  readonly text: string;
}

const readBufferBytes = 64 * 1024;

/**
 * Opens a connection whose bytes all come in one buffer, which is used again for the next bytes. The buffers that a
 * stream makes for each read are memory outside of the heap, and the collections that they force, several each second
 * and each of 5 to 30 ms, would be measured as the server's.
 * @param take is given the bytes that have come, and copies what it keeps
 */
export function openSocket(target: Target | PlainTarget, take: (bytes: Buffer) => void): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const buffer = Buffer.allocUnsafeSlow(readBufferBytes);
    const options: TcpNetConnectOpts & ConnectionOptions = {
      ...target,
      servername: 'localhost',
      ALPNProtocols: ['http/1.1'],
      onread: {
        buffer,
        callback: (count) => {
          take(buffer.subarray(0, count));
          return true;
        },
      },
    };
    const opened = (): void => {
      socket.setNoDelay(true);
      socket.off('error', reject);
      resolve(socket);
    };
    const socket: Socket = 'ca' in target ? connect(options, opened) : connectPlain(options, opened);
    socket.once('error', reject);
  });
}

const headEnd = Buffer.from('\r\n\r\n');
const lineEnd = Buffer.from('\r\n');

/** Who waits for an answer. */
interface Waiting {
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: Error) => void;
}

/**
 * One HTTP/1.1 connection, over TLS where the target has a certificate. A request that is sent before the one before it is answered waits its turn, as where
 * requests are sent at a given pace and the server falls behind. It reads only what a load run needs, so that the
 * client, which shares the cores with the server, costs little.
 */
export class Connection {
  #socket: Socket | undefined;
  #buffered: Buffer = Buffer.alloc(0);
  /** In the order of their requests, which is that of the answers. */
  #waiting: Waiting[] = [];
  #chunked = false;
  #status = 0;
  #left = -1;
  #bytes = 0;
  #keepsBody = false;
  #body: Buffer[] = [];

  private constructor() {}

  static async open(target: Target | PlainTarget): Promise<Connection> {
    const connection = new Connection();
    const socket = await openSocket(target, (bytes) => connection.#take(bytes));
    socket.on('error', (error: Error) => connection.#fail(error));
    socket.on('close', () => connection.#fail(new Error('the server closed the connection')));
    connection.#socket = socket;
    return connection;
  }

  /**
   * Sends a request that is written out already and resolves with its answer.
   * @param body what follows the text, where it is no text itself
   */
  send(request: string, body?: Uint8Array): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      this.#socket?.cork();
      this.#socket?.write(request);
      if (body) this.#socket?.write(body);
      this.#socket?.uncork();
    });
  }

  /** The same, with the body of the answer. Nothing else may be under way. */
  async sendForText(request: string, body?: Uint8Array): Promise<TextAnswer> {
    this.#keepsBody = true;
    this.#body = [];
    const { status } = await this.send(request, body);
    this.#keepsBody = false;
    const text = Buffer.concat(this.#body).toString();
    this.#body = [];
    return { status, text };
  }

  close(): void {
    this.#waiting = [];
    this.#socket?.destroy();
  }

  #fail(error: Error): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const { reject } of waiting) reject(error);
  }

  #take(bytes: Buffer): void {
    this.#buffered = this.#buffered.length === 0 ? bytes : Buffer.concat([this.#buffered, bytes]);
    this.#parse();
    // What is left is part of the read buffer, which the next bytes overwrite.
    if (this.#buffered.buffer === bytes.buffer) this.#buffered = Buffer.from(this.#buffered);
  }

  #parse(): void {
    if (this.#left < 0 && !this.#chunked && !this.#head()) return;
    if (this.#chunked) this.#chunks();
    else {
      const here = Math.min(this.#left, this.#buffered.length);
      this.#keep(here);
      this.#buffered = this.#buffered.subarray(here);
      this.#bytes += here;
      this.#left -= here;
      if (this.#left === 0) this.#finish(this.#bytes);
    }
  }

  #head(): boolean {
    const end = this.#buffered.indexOf(headEnd);
    if (end < 0) return false;
    const head = this.#buffered.toString('latin1', 0, end);
    this.#status = Number(head.slice(9, 12));
    this.#buffered = this.#buffered.subarray(end + 4);
    const length = this.#status === 204 ? 0 : /content-length: (\d+)/i.exec(head)?.[1];
    this.#chunked = length === undefined;
    this.#left = Number(length ?? -1);
    return true;
  }

  /** Copies the first bytes, which are of a body, where somebody wants them. */
  #keep(count: number): void {
    if (this.#keepsBody) this.#body.push(Buffer.from(this.#buffered.subarray(0, count)));
  }

  #chunks(): void {
    for (;;) {
      const end = this.#buffered.indexOf(lineEnd);
      if (end < 0) return;
      const size = Number.parseInt(this.#buffered.toString('latin1', 0, end), 16);
      if (this.#buffered.length < end + 2 + size + 2) return;
      this.#buffered = this.#buffered.subarray(end + 2);
      this.#keep(size);
      this.#buffered = this.#buffered.subarray(size + 2);
      this.#bytes += size;
      if (size === 0) {
        this.#finish(this.#bytes);
        return;
      }
    }
  }

  #finish(bytes: number): void {
    const status = this.#status;
    this.#chunked = false;
    this.#left = -1;
    this.#bytes = 0;
    this.#waiting.shift()?.resolve({ status, bytes });
    // Several answers may have come at once.
    if (this.#buffered.length > 0) this.#parse();
  }
}

/** Writes out a request. */
export function requestText(
  method: string,
  path: string,
  body?: string,
  headers: Record<string, string> = {},
): string {
  const all = { Host: 'localhost', 'User-Agent': 'bench/1', ...headers };
  let text = `${method} ${path} HTTP/1.1\r\n`;
  for (const [name, value] of Object.entries(all)) text += `${name}: ${value}\r\n`;
  if (body !== undefined)
    text += `Content-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n`;
  return `${text}\r\n${body ?? ''}`;
}
