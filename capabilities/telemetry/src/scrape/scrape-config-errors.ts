import type { FieldError } from '@plinth/kernel';
import { httpFaults } from './http-fields.ts';
import { type RelabelConfig, relabelFault } from './relabel-fields.ts';
import type { ScrapeConfigSpec } from './scrape-config-kind.ts';
import { bytesOf, IntervalError, intervalsOf } from './scrape-settings.ts';

/** What is wrong with a ScrapeConfig, each with its field. */
export function scrapeConfigErrors(spec: ScrapeConfigSpec): FieldError[] {
  return [
    ...relabelErrors('spec.relabelings', spec.relabelings),
    ...relabelErrors('spec.metricRelabelings', spec.metricRelabelings),
    ...httpFaults(spec).map(({ path, value, why }) => invalid(`spec.${path}`, value, why)),
    ...(spec.httpSDConfigs ?? []).flatMap((one, i) => [
      ...httpFaults(one).map(({ path, value, why }) =>
        invalid(`spec.httpSDConfigs[${i}].${path}`, value, why),
      ),
      ...urlErrors(`spec.httpSDConfigs[${i}].url`, one.url),
    ]),
    ...labelErrors(spec),
    ...intervalErrors(spec),
    ...(Number.isSafeInteger(bytesOf(spec.bodySizeLimit ?? '0'))
      ? []
      : [invalid('spec.bodySizeLimit', spec.bodySizeLimit, 'is no size')]),
  ];
}

function invalid(field: string, badValue: unknown, detail: string): FieldError {
  return { type: 'FieldValueInvalid', field, badValue, detail };
}

function relabelErrors(field: string, configs: readonly RelabelConfig[] = []): FieldError[] {
  return configs.flatMap((config, i) => {
    const why = relabelFault(config);
    return why === undefined ? [] : [invalid(`${field}[${i}]`, config, why)];
  });
}

function urlErrors(field: string, url: string): FieldError[] {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (!parsed) return [invalid(field, url, 'is no URL')];
  if (parsed.username === '' && parsed.password === '') return [];
  // The URL is shown with its targets.
  return [invalid(field, '<hidden>', 'has a user or a password; they belong into a Secret, see basicAuth')];
}

function labelErrors({ staticConfigs = [] }: ScrapeConfigSpec): FieldError[] {
  return staticConfigs.flatMap(({ labels = {} }, i) =>
    Object.keys(labels)
      .filter((name) => name === '')
      .map((name) => invalid(`spec.staticConfigs[${i}].labels`, name, '"" is not a valid label name')),
  );
}

function intervalErrors(spec: ScrapeConfigSpec): FieldError[] {
  try {
    intervalsOf(spec);
    return [];
  } catch (error) {
    if (error instanceof IntervalError)
      return [invalid(`spec.${error.field}`, spec[error.field], error.message)];
    throw error;
  }
}
