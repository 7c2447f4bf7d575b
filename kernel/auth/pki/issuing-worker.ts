import { parentPort } from 'node:worker_threads';
import { systemRandom } from '../../ports/random.ts';
import { type CertificateAndKey, makeAuthority, makeLeaf } from './issue.ts';
import type { CertificateOrder, IssuingReply } from './issuing-thread.ts';

const port = parentPort;
if (port === null) throw new Error('issuing-worker.ts runs as a worker thread only');

function make(order: CertificateOrder): Promise<CertificateAndKey> {
  return order.make === 'authority'
    ? makeAuthority(order.commonName, order.validity, systemRandom, order.keyPem)
    : makeLeaf(order.profile, order.validity, order.authority, systemRandom);
}

port.on('message', ({ id, order }: { readonly id: number; readonly order: CertificateOrder }) => {
  void make(order).then(
    (made) => port.postMessage({ id, made } satisfies IssuingReply),
    (error: unknown) => port.postMessage({ id, error } satisfies IssuingReply),
  );
});
