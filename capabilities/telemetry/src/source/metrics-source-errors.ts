import type { FieldError } from '@plinth/kernel';
import { httpErrors, urlErrors } from '../scrape/http-fields.ts';
import type { MetricsSourceSpec } from './metrics-source-kind.ts';

/** What is wrong with a MetricsSource, each with its field. */
export function metricsSourceErrors({ prometheus, query }: MetricsSourceSpec): FieldError[] {
  return [
    ...urlErrors('spec.prometheus.url', prometheus.url),
    ...httpErrors('spec.prometheus', prometheus),
    ...Object.keys(query?.externalLabels ?? {})
      .filter((name) => name === '' || name === '__name__')
      .map(
        (name): FieldError => ({
          type: 'FieldValueInvalid',
          field: 'spec.query.externalLabels',
          badValue: name,
          detail: `${JSON.stringify(name)} is not a valid label name`,
        }),
      ),
  ];
}
