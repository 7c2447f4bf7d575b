import assert from 'node:assert/strict';
import { test } from 'node:test';
import { negotiateWrite, writeRequestHeaders } from '../src/index.ts';

function negotiated(contentType?: string, contentEncoding: string | undefined = 'snappy'): string {
  const found = negotiateWrite({ contentType, contentEncoding });
  return found.ok ? found.version : String(found.status);
}

test('the content type alone chooses the version', () => {
  assert.equal(negotiated('application/x-protobuf'), '1.0');
  assert.equal(negotiated('application/x-protobuf;proto=prometheus.WriteRequest'), '1.0');
  assert.equal(negotiated('application/x-protobuf;proto=io.prometheus.write.v2.Request'), '2.0');
  assert.equal(
    negotiated('Application/X-Protobuf; charset=utf-8; proto=io.prometheus.write.v2.Request'),
    '2.0',
  );
  assert.equal(negotiated('application/x-protobuf;proto="io.prometheus.write.v2.Request"'), '2.0');
});

test('old senders leave headers out', () => {
  assert.equal(negotiated(undefined), '1.0');
  assert.equal(negotiated('', ''), '1.0');
  assert.equal(
    negotiateWrite({ contentType: 'application/x-protobuf', contentEncoding: undefined }).ok,
    true,
  );
});

test('compliance receiver, TestBadContentTypes and TestBadContentEncodings: 415', () => {
  for (const type of ['application/json', 'image/png', 'application/x-protobuf2', ';', 'x']) {
    assert.equal(negotiated(type), '415', type);
  }
  for (const encoding of ['gzip', 'deflate', 'zstd', 'snappy, gzip']) {
    assert.equal(negotiated('application/x-protobuf', encoding), '415', encoding);
  }
});

test('messages that nobody knows and malformed parameters: 415 with the reason', () => {
  assert.equal(negotiated('application/x-protobuf;proto=io.prometheus.write.v3.Request'), '415');
  assert.equal(negotiated('application/x-protobuf;proto'), '415');
  assert.equal(negotiated('application/x-protobuf;proto=a=b'), '415');
  assert.deepEqual(negotiateWrite({ contentType: 'text/plain', contentEncoding: 'snappy' }), {
    ok: false,
    status: 415,
    message: 'expected application/x-protobuf as the first (media) part, got text/plain content-type',
  });
});

test('compliance sender, TestProtocolCompliance: what a sender writes is what a receiver takes', () => {
  for (const version of ['1.0', '2.0'] as const) {
    const headers = writeRequestHeaders(version);
    assert.equal(negotiated(headers['content-type'], headers['content-encoding']), version);
  }
  assert.equal(writeRequestHeaders('1.0')['x-prometheus-remote-write-version'], '0.1.0');
  assert.equal(writeRequestHeaders('2.0')['x-prometheus-remote-write-version'], '2.0.0');
});
