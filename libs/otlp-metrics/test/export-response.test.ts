import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BinaryReader } from '@bufbuild/protobuf/wire';
import { exportFailure, exportResponse, statusCodes } from '../src/index.ts';

function json({ body }: { body: Uint8Array }): unknown {
  return JSON.parse(Buffer.from(body).toString());
}

test('a request that was taken wholly has an empty answer', () => {
  assert.deepEqual(exportResponse('protobuf', 0, ''), {
    contentType: 'application/x-protobuf',
    body: new Uint8Array(),
  });
  assert.deepEqual(json(exportResponse('json', 0, '')), {});
});

test('a request that was taken in part says what was not', () => {
  const answer = exportResponse('json', 3, 'three');
  assert.equal(answer.contentType, 'application/json');
  assert.deepEqual(json(answer), { partialSuccess: { rejectedDataPoints: '3', errorMessage: 'three' } });
  assert.deepEqual(json(exportResponse('json', 0, 'a warning')), {
    partialSuccess: { errorMessage: 'a warning' },
  });
  const reader = new BinaryReader(exportResponse('protobuf', 300, 'three').body);
  assert.deepEqual(reader.tag(), [1, 2]);
  const inner = new BinaryReader(reader.bytes());
  assert.deepEqual([inner.tag(), Number(inner.int64())], [[1, 0], 300]);
  assert.deepEqual([inner.tag(), inner.string()], [[2, 2], 'three']);
});

test('a request that was refused has a status', () => {
  assert.deepEqual(json(exportFailure('json', statusCodes.invalidArgument, 'bad')), {
    code: 3,
    message: 'bad',
  });
  const reader = new BinaryReader(exportFailure('protobuf', statusCodes.resourceExhausted, 'full').body);
  assert.deepEqual([reader.tag(), reader.int32()], [[1, 0], 8]);
  assert.deepEqual([reader.tag(), reader.string()], [[2, 2], 'full']);
});
