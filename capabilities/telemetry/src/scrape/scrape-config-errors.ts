import type { FieldError } from '@plinth/kernel';
import { intervalErrors, relabelErrors, sizeErrors } from './field-errors.ts';
import { httpErrors, invalidField, urlErrors } from './http-fields.ts';
import type { ScrapeConfigSpec } from './scrape-config-kind.ts';

/** What is wrong with a ScrapeConfig, each with its field. */
export function scrapeConfigErrors(spec: ScrapeConfigSpec): FieldError[] {
  return [
    ...relabelErrors('spec.relabelings', spec.relabelings),
    ...relabelErrors('spec.metricRelabelings', spec.metricRelabelings),
    ...httpErrors('spec', spec),
    ...(spec.httpSDConfigs ?? []).flatMap((one, i) => [
      ...httpErrors(`spec.httpSDConfigs[${i}]`, one),
      ...urlErrors(`spec.httpSDConfigs[${i}].url`, one.url),
    ]),
    ...labelErrors(spec),
    ...intervalErrors({
      scrapeInterval: ['spec.scrapeInterval', spec.scrapeInterval],
      scrapeTimeout: ['spec.scrapeTimeout', spec.scrapeTimeout],
    }),
    ...sizeErrors('spec.bodySizeLimit', spec.bodySizeLimit),
  ];
}

function labelErrors({ staticConfigs = [] }: ScrapeConfigSpec): FieldError[] {
  return staticConfigs.flatMap(({ labels = {} }, i) =>
    Object.keys(labels)
      .filter((name) => name === '')
      .map((name) => invalidField(`spec.staticConfigs[${i}].labels`, name, '"" is not a valid label name')),
  );
}
