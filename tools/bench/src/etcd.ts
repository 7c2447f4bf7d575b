import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import type { IncomingHttpHeaders } from 'node:http';
import { type ClientHttp2Session, type ClientHttp2Stream, connect } from 'node:http2';
import { BinaryReader, BinaryWriter } from '@bufbuild/protobuf/wire';

/** Whether etcd is on the machine, and its version. */
export function etcdVersion(): string | undefined {
  try {
    return /etcd Version: (\S+)/.exec(execFileSync('etcd', ['--version'], { encoding: 'utf8' }))?.[1];
  } catch {
    return undefined;
  }
}

/** An etcd that runs as a process of its own, without TLS. */
export interface RunningEtcd {
  readonly url: string;
  stop(): Promise<void>;
}

export async function startEtcd(dataDirectory: string): Promise<RunningEtcd> {
  const port = 20_000 + Math.floor(Math.random() * 20_000);
  const url = `http://127.0.0.1:${port}`;
  const peer = `http://127.0.0.1:${port + 1}`;
  const args = ['--data-dir', dataDirectory, '--name', 'bench', '--log-level', 'error'];
  args.push(
    '--listen-client-urls',
    url,
    '--advertise-client-urls',
    url,
    '--initial-cluster',
    `bench=${peer}`,
  );
  args.push('--listen-peer-urls', peer, '--initial-advertise-peer-urls', peer);
  const child: ChildProcess = spawn('etcd', args, { stdio: 'ignore' });
  const until = performance.now() + 15_000;
  for (;;) {
    const answer = await fetch(`${url}/health`).catch(() => undefined);
    if (answer?.ok) break;
    if (performance.now() > until) throw new Error('etcd did not become healthy within 15 s');
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return {
    url,
    stop: () =>
      new Promise((resolve) => {
        child.once('exit', () => resolve());
        child.kill('SIGTERM');
      }),
  };
}

/** One gRPC connection to etcd, one call at a time. Spec: etcd v3 API, rpc.proto. */
export class EtcdConnection {
  readonly #session: ClientHttp2Session;

  constructor(url: string) {
    this.#session = connect(url);
  }

  /** Puts a key that is not there, as the Kubernetes API server does: a transaction on its create revision. */
  async createIfAbsent(key: string, value: string): Promise<void> {
    const name = Buffer.from(key);
    const compare = new BinaryWriter()
      .tag(1, 0)
      .int32(0)
      .tag(2, 0)
      .int32(1)
      .tag(3, 2)
      .bytes(name)
      .tag(5, 0)
      .int64(0)
      .finish();
    const put = new BinaryWriter().tag(1, 2).bytes(name).tag(2, 2).string(value).finish();
    const success = new BinaryWriter().tag(2, 2).bytes(put).finish();
    const body = new BinaryWriter().tag(1, 2).bytes(compare).tag(2, 2).bytes(success).finish();
    const answer = await this.#call('/etcdserverpb.KV/Txn', body);
    const reader = new BinaryReader(answer);
    let succeeded = false;
    while (reader.pos < reader.len) {
      const [field, wire] = reader.tag();
      if (field === 2) succeeded = reader.bool();
      else reader.skip(wire);
    }
    if (!succeeded) throw new Error(`${key} was there already`);
  }

  async get(key: string): Promise<void> {
    await this.#call('/etcdserverpb.KV/Range', new BinaryWriter().tag(1, 2).bytes(Buffer.from(key)).finish());
  }

  close(): void {
    this.#session.destroy();
  }

  #call(path: string, message: Uint8Array): Promise<Uint8Array> {
    return new Promise((resolve, reject) => {
      const stream: ClientHttp2Stream = this.#session.request({
        ':method': 'POST',
        ':path': path,
        'content-type': 'application/grpc',
        te: 'trailers',
      });
      const frame = Buffer.alloc(5 + message.length);
      frame.writeUInt32BE(message.length, 1);
      frame.set(message, 5);
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      let status = '0';
      stream.on('trailers', (trailers: IncomingHttpHeaders) => (status = String(trailers['grpc-status'])));
      stream.on('error', reject);
      stream.on('end', () => {
        if (status !== '0') reject(new Error(`etcd answered grpc-status ${status}`));
        else resolve(Buffer.concat(chunks).subarray(5));
      });
      stream.end(frame);
    });
  }
}
