import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import type { Client, KubeObject } from '@plinth/kernel';
import { storageBounds } from '../src/store/metrics-storage.ts';
import { metricsStorageKind } from '../src/store/metrics-storage-kind.ts';

const dayMs = 24 * 3_600_000;

function boundsOf(
  spec: object | undefined,
  quotas: { readonly series?: number; readonly retentionDays?: number } = {},
): ReturnType<typeof storageBounds> {
  const object = spec && {
    apiVersion: 'plinth.dev/v1alpha1',
    kind: 'MetricsStorage',
    metadata: { name: 'default' },
    spec,
  };
  const client: Pick<Client, 'get'> = { get: () => object as KubeObject | undefined };
  return storageBounds(client as Client, { series: quotas.series, retentionDays: quotas.retentionDays });
}

test('what is kept without a word is what Prometheus keeps', () => {
  deepEqual(boundsOf(undefined), {
    seriesMax: undefined,
    retentionMs: 15 * dayMs,
    retentionBytes: undefined,
    outOfOrderWindowMs: 0,
    exemplarsMax: 100_000,
  });
});

test('what is kept is what is written', () => {
  const spec = {
    retention: '30d',
    retentionSize: '1.5GiB',
    tsdb: { outOfOrderTimeWindow: '30m' },
    exemplars: { maxSize: 0 },
  };
  deepEqual(boundsOf(spec), {
    seriesMax: undefined,
    retentionMs: 30 * dayMs,
    retentionBytes: 1.5 * 1024 ** 3,
    outOfOrderWindowMs: 1_800_000,
    exemplarsMax: 0,
  });
  deepEqual(boundsOf({ retention: '', retentionSize: '0' }), boundsOf(undefined));
});

test('quotas come first', () => {
  equal(boundsOf(undefined, { retentionDays: 30 }).retentionMs, 30 * dayMs);
  equal(boundsOf({ retention: '10d' }, { retentionDays: 30 }).retentionMs, 10 * dayMs);
  equal(boundsOf({ retention: '90d' }, { retentionDays: 30 }).retentionMs, 30 * dayMs);
  equal(boundsOf(undefined, { series: 0 }).seriesMax, 1);
  equal(boundsOf({ exemplars: { maxSize: 500 } }, { series: 100 }).exemplarsMax, 100);
});

test('what cannot be is refused with its field', () => {
  const errorsOf = (spec: object, name = 'default'): unknown => {
    const metadata = { name, uid: 'u', resourceVersion: '1', creationTimestamp: '2026-01-01T00:00:00Z' };
    const object = { apiVersion: 'plinth.dev/v1alpha1', kind: 'MetricsStorage', metadata, spec };
    return metricsStorageKind.strategy
      ?.validate?.(object, undefined)
      .map(({ field, detail }) => `${field}: ${detail}`);
  };
  deepEqual(errorsOf({}), []);
  deepEqual(errorsOf({ retention: '2h', retentionSize: '10GB', tsdb: { outOfOrderTimeWindow: '24h' } }), []);
  deepEqual(errorsOf({}, 'other'), ['metadata.name: must be default: there is one for a virtual cluster']);
  deepEqual(errorsOf({ retention: '1h', tsdb: { outOfOrderTimeWindow: '25h' } }), [
    'spec.retention: must be from 2h to 100y',
    'spec.tsdb.outOfOrderTimeWindow: must be at most 24h',
  ]);
  deepEqual(errorsOf({ retention: '99999999999999y' }), ['spec.retention: must be from 2h to 100y']);
  deepEqual(errorsOf({ retentionSize: '99999999PB' }), ['spec.retentionSize: is no size']);
});
