import type { FieldError } from '@plinth/kernel';
import { parseDuration } from '@plinth/prometheus-model';
import { forwardLogBytesMax, forwardLogBytesMin, forwardPauseMsMax, forwardTimeoutMsMax } from '../limits.ts';
import { relabelErrors } from '../scrape/field-errors.ts';
import { httpErrors, invalidField, urlErrors } from '../scrape/http-fields.ts';
import { bytesOf } from '../scrape/scrape-settings.ts';
import { durationMsOf } from '../store/duration-ms.ts';
import { forwardHeader } from './forward-settings.ts';
import type { MetricsForwardSpec } from './metrics-forward-kind.ts';

/** Headers that are not for people to set. Spec: Prometheus 3, config.unchangeableHeaders, and those of RFC 9110 that say how a message is framed. */
const reserved: ReadonlySet<string> = new Set([
  'authorization',
  'connection',
  'content-encoding',
  'content-length',
  'content-type',
  'expect',
  'host',
  'keep-alive',
  forwardHeader,
  'proxy-authenticate',
  'proxy-authorization',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'user-agent',
  'www-authenticate',
  'x-prometheus-remote-write-version',
]);

/** What is wrong with a MetricsForward, each with its field. */
export function metricsForwardErrors(spec: MetricsForwardSpec): FieldError[] {
  return [
    ...urlErrors('spec.url', spec.url),
    ...httpErrors('spec', spec),
    ...headerErrors(spec.headers ?? {}),
    ...Object.keys(spec.externalLabels ?? {})
      .filter((name) => name === '' || name === '__name__')
      .map((name) =>
        invalidField(
          'spec.externalLabels',
          name,
          `${JSON.stringify(name)} is not a valid label name; to rename metrics use spec.writeRelabelConfigs`,
        ),
      ),
    ...relabelErrors('spec.writeRelabelConfigs', spec.writeRelabelConfigs),
    ...durationErrors('spec.remoteTimeout', spec.remoteTimeout, forwardTimeoutMsMax),
    ...durationErrors(
      'spec.metadataConfig.sendInterval',
      spec.metadataConfig?.sendInterval,
      forwardPauseMsMax,
    ),
    ...queueErrors(spec.queueConfig ?? {}),
  ];
}

function headerErrors(headers: Readonly<Record<string, string>>): FieldError[] {
  return Object.entries(headers).flatMap(([name, value]) => {
    const field = 'spec.headers';
    if (!/^[\w!#$%&'*+.^`|~-]+$/.test(name)) return [invalidField(field, name, 'is no name of a header')];
    if (name.toLowerCase() === 'authorization') {
      const why = 'credentials belong into a Secret, see spec.authorization and spec.basicAuth';
      return [invalidField(field, name, why)];
    }
    if (reserved.has(name.toLowerCase())) {
      return [invalidField(field, name, 'is a header that the protocol sets; leave it out')];
    }
    if (/[^\t\x20-\x7e\x80-\xff]/.test(value)) {
      return [invalidField(field, name, 'has characters that the value of a header cannot have')];
    }
    return [];
  });
}

function queueErrors(queue: NonNullable<MetricsForwardSpec['queueConfig']>): FieldError[] {
  const { minShards = 1, maxShards = 50, minBackoff = '30ms', maxBackoff = '5s', logSizeLimit } = queue;
  const errors = [
    ...durationErrors('spec.queueConfig.batchSendDeadline', queue.batchSendDeadline, forwardPauseMsMax),
    ...durationErrors('spec.queueConfig.minBackoff', queue.minBackoff, forwardPauseMsMax),
    ...durationErrors('spec.queueConfig.maxBackoff', queue.maxBackoff, forwardPauseMsMax),
  ];
  if (Number.isNaN(durationMsOf(queue.sampleAgeLimit))) {
    const why = 'is longer than time goes; leave it out to send all';
    errors.push(invalidField('spec.queueConfig.sampleAgeLimit', queue.sampleAgeLimit, why));
  }
  if (minShards > maxShards) {
    const why = `is above maxShards, which is ${maxShards}; lower it, or raise maxShards`;
    errors.push(invalidField('spec.queueConfig.minShards', minShards, why));
  }
  if (errors.length === 0 && parseDuration(minBackoff) > parseDuration(maxBackoff)) {
    const why = `is above maxBackoff, which is ${maxBackoff}; lower it, or raise maxBackoff`;
    errors.push(invalidField('spec.queueConfig.minBackoff', minBackoff, why));
  }
  if (logSizeLimit !== undefined) {
    const bytes = bytesOf(logSizeLimit);
    if (!(bytes >= forwardLogBytesMin && bytes <= forwardLogBytesMax)) {
      const why = 'has to be from 1MiB to 64GiB; to keep less, set sampleAgeLimit';
      errors.push(invalidField('spec.queueConfig.logSizeLimit', logSizeLimit, why));
    }
  }
  return errors;
}

/** Zero would be no wait at all, and what waits for an answer holds up the log. */
function durationErrors(field: string, written: string | undefined, msMax: number): FieldError[] {
  if (written === undefined) return [];
  const ms = durationMsOf(written) ?? 0;
  if (ms > 0 && ms <= msMax) return [];
  const why = `has to be longer than 0s and at most ${msMax / 60_000}m; leave it out for the default`;
  return [invalidField(field, written, why)];
}
