import type { FieldError } from '@plinth/kernel';
import { invalidField } from './http-fields.ts';
import { type RelabelConfig, relabelFault } from './relabel-fields.ts';
import { bytesOf, IntervalError, intervalsOf } from './scrape-settings.ts';

/** What is wrong with steps of relabeling. */
export function relabelErrors(field: string, configs: readonly RelabelConfig[] = []): FieldError[] {
  return configs.flatMap((config, i) => {
    const why = relabelFault(config);
    return why === undefined ? [] : [invalidField(`${field}[${i}]`, config, why)];
  });
}

/** What is wrong with an interval and a timeout. @param fields - where they stand, and as what */
export function intervalErrors(fields: {
  readonly scrapeInterval: readonly [field: string, text: string | undefined];
  readonly scrapeTimeout: readonly [field: string, text: string | undefined];
}): FieldError[] {
  try {
    intervalsOf({ scrapeInterval: fields.scrapeInterval[1], scrapeTimeout: fields.scrapeTimeout[1] });
    return [];
  } catch (error) {
    if (!(error instanceof IntervalError)) throw error;
    const [field, text] = fields[error.field];
    return [invalidField(field, text, error.message)];
  }
}

/** What is wrong with a size. */
export function sizeErrors(field: string, text = '0'): FieldError[] {
  return Number.isSafeInteger(bytesOf(text)) ? [] : [invalidField(field, text, 'is no size')];
}
