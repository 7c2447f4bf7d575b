import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  acceptHeader,
  chooseFormat,
  defaultScrapeProtocols,
  offeredFormat,
  scrapeProtocols,
} from '../src/index.ts';

test('the Accept header is that of Prometheus 3', () => {
  assert.equal(
    acceptHeader(defaultScrapeProtocols, 'allow-utf-8'),
    'application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,application/openmetrics-text;version=0.0.1;q=0.5,' +
      'text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2',
  );
  assert.match(
    acceptHeader(scrapeProtocols, 'underscores'),
    /^application\/vnd\.google\.protobuf;proto=.*;q=0\.6,/,
  );
});

test('the content type of a target, and the fallback', () => {
  assert.deepEqual(chooseFormat('text/plain; version=0.0.4; charset=utf-8', undefined), {
    ok: true,
    format: 'prometheus-text',
  });
  assert.deepEqual(chooseFormat('Application/OpenMetrics-Text', undefined), {
    ok: true,
    format: 'openmetrics',
  });
  assert.deepEqual(chooseFormat('application/vnd.google.protobuf; proto=x; encoding=delimited', undefined), {
    ok: true,
    format: 'metric-families',
  });
  assert.deepEqual(chooseFormat(undefined, undefined), {
    ok: false,
    message:
      'non-compliant scrape target sending blank Content-Type and no fallback_scrape_protocol specified for target',
  });
  assert.deepEqual(chooseFormat('text/html', 'PrometheusText0.0.4'), {
    ok: true,
    format: 'prometheus-text',
    warning: 'received unsupported Content-Type "text/html", using fallback_scrape_protocol "text/plain"',
  });
  assert.deepEqual(chooseFormat('', 'OpenMetricsText1.0.0'), {
    ok: true,
    format: 'openmetrics',
    warning:
      'non-compliant scrape target sending blank Content-Type, using fallback_scrape_protocol "application/openmetrics-text"',
  });
});

test('what an endpoint offers', () => {
  const offered = (accept?: string): string => offeredFormat(accept).contentType;
  assert.equal(
    offered(acceptHeader(defaultScrapeProtocols, 'allow-utf-8')),
    'application/openmetrics-text; version=1.0.0; charset=utf-8; escaping=allow-utf-8',
  );
  // Prometheus 2.
  assert.equal(
    offered(
      'application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1',
    ),
    'application/openmetrics-text; version=1.0.0; charset=utf-8; escaping=underscores',
  );
  for (const accept of [
    undefined,
    '',
    '*/*',
    'text/html,*/*;q=0.8',
    'application/json',
    'text/plain;version=0.0.4',
  ]) {
    assert.equal(offered(accept), 'text/plain; version=0.0.4; charset=utf-8');
  }
  assert.equal(
    offered('text/plain;version=1.0.0;escaping=allow-utf-8'),
    'text/plain; version=1.0.0; charset=utf-8; escaping=allow-utf-8',
  );
});
