import type { FieldError } from '@plinth/kernel';
import { httpErrors, invalidField, urlErrors } from './http-fields.ts';
import { type RelabelConfig, relabelFault } from './relabel-fields.ts';
import type { ScrapeConfigSpec } from './scrape-config-kind.ts';
import { bytesOf, IntervalError, intervalsOf } from './scrape-settings.ts';

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
    ...intervalErrors(spec),
    ...(Number.isSafeInteger(bytesOf(spec.bodySizeLimit ?? '0'))
      ? []
      : [invalidField('spec.bodySizeLimit', spec.bodySizeLimit, 'is no size')]),
  ];
}

function relabelErrors(field: string, configs: readonly RelabelConfig[] = []): FieldError[] {
  return configs.flatMap((config, i) => {
    const why = relabelFault(config);
    return why === undefined ? [] : [invalidField(`${field}[${i}]`, config, why)];
  });
}

function labelErrors({ staticConfigs = [] }: ScrapeConfigSpec): FieldError[] {
  return staticConfigs.flatMap(({ labels = {} }, i) =>
    Object.keys(labels)
      .filter((name) => name === '')
      .map((name) => invalidField(`spec.staticConfigs[${i}].labels`, name, '"" is not a valid label name')),
  );
}

function intervalErrors(spec: ScrapeConfigSpec): FieldError[] {
  try {
    intervalsOf(spec);
    return [];
  } catch (error) {
    if (error instanceof IntervalError)
      return [invalidField(`spec.${error.field}`, spec[error.field], error.message)];
    throw error;
  }
}
