import type { CapabilityParts } from '@plinth/kernel';
import { durationBounds, type ForwardCounter, type ForwardCounters } from './forward-counters.ts';
import type { ForwardSettings } from './forward-settings.ts';

type Family = ReturnType<NonNullable<CapabilityParts['metrics']>>[number];

/** A forward whose numbers are shown. */
export interface CountedForward {
  readonly tenant: string;
  /** Of the object. */
  readonly name: string;
  readonly remoteName: string;
  readonly settings: ForwardSettings;
  readonly counters: ForwardCounters;
}

const prefix = 'prometheus_remote_storage_';

/** Name, counter, and what it says. Spec: Prometheus 3, storage/remote/queue_manager.go. */
const plain: readonly (readonly [string, ForwardCounter, string])[] = [
  ['samples_total', 'samples', 'Samples that receivers took.'],
  ['histograms_total', 'histograms', 'Native histograms that receivers took.'],
  ['metadata_total', 'metadata', 'Metrics whose metadata receivers took in requests of its own.'],
  ['samples_failed_total', 'samplesFailed', 'Samples that receivers refused.'],
  ['histograms_failed_total', 'histogramsFailed', 'Native histograms that receivers refused.'],
  ['metadata_failed_total', 'metadataFailed', 'Metrics whose metadata did not arrive.'],
  ['samples_retried_total', 'samplesRetried', 'Samples that were sent again, each time.'],
  ['histograms_retried_total', 'histogramsRetried', 'Native histograms that were sent again, each time.'],
  ['bytes_total', 'bytes', 'Bytes of samples that were sent, compressed.'],
  ['metadata_bytes_total', 'metadataBytes', 'Bytes of metadata that were sent, compressed.'],
  [
    'log_segments_lost_total',
    'lostSegments',
    'Segments of the log that were gone or damaged before they were sent.',
  ],
];

const gauges: readonly (readonly [string, ForwardCounter, string])[] = [
  ['samples_pending', 'pending', 'Samples and histograms in memory that have not arrived.'],
  ['log_bytes_pending', 'logBytesPending', 'Bytes of the log that were not read yet.'],
  ['shards', 'shards', 'Requests that are made at once.'],
  [
    'queue_highest_sent_timestamp_seconds',
    'highestSentSeconds',
    'Time of the newest sample that a receiver took.',
  ],
];

/** Reasons why a sample is not sent. */
const drops: readonly (readonly [string, ForwardCounter])[] = [
  ['dropped_series', 'unwanted'],
  ['too_old', 'tooOld'],
  ['log_size_limit', 'overflowed'],
  ['unintentionally_dropped_series', 'unknownSeries'],
];

/** What forwards count, for the metrics of the process; nothing where there is none. */
export function forwardFamilies(all: readonly CountedForward[]): Family[] {
  if (all.length === 0) return [];
  const family = (name: string, help: string, type: Family['type'], samples: Family['samples']): Family => ({
    name: `${prefix}${name}`,
    help,
    type,
    samples,
  });
  const each = (counter: ForwardCounter): Family['samples'] =>
    all.map((one) => ({ labels: labelsOf(one), value: one.counters.get(counter) }));
  return [
    ...plain.map(([name, counter, help]) => family(name, help, 'counter', each(counter))),
    family(
      'samples_dropped_total',
      'Samples that were not sent, by reason.',
      'counter',
      all.flatMap((one) =>
        drops.map(([reason, counter]) => ({
          labels: { ...labelsOf(one), reason },
          value: one.counters.get(counter),
        })),
      ),
    ),
    ...gauges.map(([name, counter, help]) => family(name, help, 'gauge', each(counter))),
    family(
      'shards_max',
      'Requests that may be made at once.',
      'gauge',
      all.map((one) => ({ labels: labelsOf(one), value: one.settings.queue.shardsMax })),
    ),
    family('highest_timestamp_in_seconds', 'Time of the newest sample that is to be forwarded.', 'gauge', [
      { labels: {}, value: Math.max(...all.map(({ counters }) => counters.get('highestSeconds'))) },
    ]),
    family('sent_batch_duration_seconds', 'How long requests took.', 'histogram', all.flatMap(durationsOf)),
  ];
}

function durationsOf(one: CountedForward): Family['samples'] {
  const labels = labelsOf(one);
  const { counters } = one;
  const count = counters.get('durationCount');
  return [
    ...counters.durations.map((value, i) => ({
      suffix: '_bucket' as const,
      labels: { ...labels, le: String(durationBounds[i]) },
      value,
    })),
    { suffix: '_bucket' as const, labels: { ...labels, le: '+Inf' }, value: count },
    { suffix: '_sum' as const, labels, value: counters.get('durationSum') },
    { suffix: '_count' as const, labels, value: count },
  ];
}

function labelsOf({ tenant, name, remoteName, settings }: CountedForward): Record<string, string> {
  return {
    // Two objects may have the same name and URL for a receiver.
    forward: name,
    remote_name: remoteName,
    url: settings.url,
    ...(tenant === 'default' ? {} : { tenant }),
  };
}
