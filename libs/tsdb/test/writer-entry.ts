// The thread that writes, as a program has it: `workerData` has the port of the requests and that of the thread of the blocks.
import * as fs from 'node:fs';
import { workerData } from 'node:worker_threads';
import { Labels } from '@plinth/prometheus-model';
import { blockKeepers, type ThreadPort } from '../src/index.ts';
import { type DecodeBody, serveWriter } from './writer-thread.ts';

const { port, blocks } = workerData as { port: ThreadPort; blocks: ThreadPort };

/** Lines of `name{i} time value`; a body that ends without a line end is malformed. */
const decodeLines: DecodeBody = (body, sink) => {
  const text = new TextDecoder().decode(body);
  for (const line of text.split('\n').slice(0, -1)) {
    const [name = '', i = '', time, value] = line.split(' ');
    sink.append(sink.refOfLabels(Labels.of({ __name__: name, i })), Number(time), Number(value));
  }
  if (!text.endsWith('\n')) throw new SyntaxError('line without an end');
  return { bytes: body.length };
};

serveWriter(port, {
  files: fs,
  decoders: { lines: decodeLines },
  keepBlocks: blockKeepers(blocks),
  onCorrupt: (error) => {
    throw error;
  },
});
