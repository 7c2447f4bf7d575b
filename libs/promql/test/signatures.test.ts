import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import { functionSignatures } from '../src/index.ts';

test('all functions of Prometheus 3.14 are known', () => {
  const all = [...functionSignatures.values()];
  equal(all.length, 90);
  deepEqual(all.flatMap(({ name, isExperimental }) => (isExperimental ? [name] : [])).sort(), [
    'double_exponential_smoothing',
    'end',
    'histogram_quantiles',
    'info',
    'mad_over_time',
    'max_of',
    'min_of',
    'range',
    'sort_by_label',
    'sort_by_label_desc',
    'start',
    'start_timestamp',
    'step',
    'ts_of_first_over_time',
    'ts_of_last_over_time',
    'ts_of_max_over_time',
    'ts_of_min_over_time',
  ]);
});
