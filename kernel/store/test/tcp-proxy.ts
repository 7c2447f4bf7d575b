import { connect, createServer, type Server, type Socket } from 'node:net';

/** What a proxy does with the next COMMIT that passes. */
export type CommitFault =
  /** The server gets it; the connection breaks before its answer is through. */
  | 'lose-answer'
  /** The connection breaks before the server gets it. */
  | 'lose-request';

/** Stands between a store and its server, and breaks connections at the worst instant. */
export class TcpProxy {
  /** Set to break one connection; undefined again once that is done. */
  fault: CommitFault | undefined;
  #hold: 'all' | 'writer' | undefined;
  #held: (() => void)[] = [];
  /** Set to break the connection of the writer at what it sends in so many packets from now; undefined once that is done. */
  step: { packets: number; readonly fault: CommitFault } | undefined;
  /** Whether connections are let through at all. */
  isOpen = true;
  readonly #server: Server;
  readonly #target: { readonly host: string; readonly port: number };
  readonly #sockets = new Set<Socket>();

  private constructor(url: URL) {
    this.#target = { host: url.hostname, port: Number(url.port) };
    this.#server = createServer((client) => this.#pass(client));
  }

  /** @returns the proxy, and the URL that leads through it */
  static async open(url: string): Promise<{ proxy: TcpProxy; url: string }> {
    const through = new URL(url);
    const proxy = new TcpProxy(through);
    await new Promise<void>((resolve) => proxy.#server.listen(0, '127.0.0.1', resolve));
    const address = proxy.#server.address();
    if (typeof address !== 'object' || address === null) throw new Error('the proxy has no address');
    through.port = String(address.port);
    return { proxy, url: through.href };
  }

  /**
   * Keeps back what the server sends to the store, or to its writer alone, as if the store were paused; what was kept is
   * sent when this ends.
   */
  set hold(hold: 'all' | 'writer' | undefined) {
    this.#hold = hold;
    if (hold !== undefined) return;
    for (const send of this.#held.splice(0)) send();
  }

  /** Breaks all connections that are there. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  async close(): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #pass(client: Socket): void {
    if (!this.isOpen) {
      client.destroy();
      return;
    }
    const server = connect(this.#target);
    let isAnswerLost: 'to COMMIT' | 'to anything' | undefined;
    let isWriter = false;
    const end = (): void => {
      client.end();
      server.destroy();
    };
    const isHeld = (): boolean => this.#hold === 'all' || (this.#hold === 'writer' && isWriter);
    for (const socket of [client, server]) {
      this.#sockets.add(socket);
      socket.on('error', end);
      socket.on('close', () => {
        this.#sockets.delete(socket);
        // What was kept comes before the end.
        if (isHeld()) this.#held.push(end);
        else end();
      });
    }
    client.on('data', (data) => {
      // The name of the session is in what it sends first.
      isWriter ||= data.includes('plinth writer\0');
      const fault = this.#faultOf(data, isWriter);
      if (fault === 'lose-request') {
        end();
        return;
      }
      if (fault !== undefined) isAnswerLost = data.includes('COMMIT\0') ? 'to COMMIT' : 'to anything';
      server.write(data);
    });
    server.on('data', (data) => {
      if (this.#hold === 'all' || (this.#hold === 'writer' && isWriter))
        this.#held.push(() => client.write(data));
      else if (isAnswerLost === undefined) client.write(data);
      // With the tag of the answer it is durable.
      else if (isAnswerLost === 'to anything' || data.includes('COMMIT\0')) end();
    });
  }

  #faultOf(data: Buffer, isWriter: boolean): CommitFault | undefined {
    const { step, fault } = this;
    if (step !== undefined && isWriter && --step.packets === 0) {
      this.step = undefined;
      return step.fault;
    }
    if (fault === undefined || !data.includes('COMMIT\0')) return undefined;
    this.fault = undefined;
    return fault;
  }
}
