import type { Spend } from '../cost/cost-budget.ts';
import { CelEvaluationError } from '../problem.ts';
import type { Timestamp } from '../values/timestamp.ts';

/** Formats by lower-case name of the zone; there are some 600 zones, and only valid names get in. */
const formats = new Map<string, Intl.DateTimeFormat>();
/** Setting up a zone takes some 50 µs, and the name is in the hands of the expression; reading a date up to 8 µs. */
const [setUpWork, lookUpWork] = [500, 80];

/**
 * The instant shifted so that its UTC fields are the local ones of a zone.
 *
 * @param zone - an IANA name, `+hh:mm`, `-hh:mm` or `hh:mm`. @throws CelEvaluationError for anything else.
 */
export function localDate(time: Timestamp, zone: string, work: Spend): Date {
  const date = new Date(Number(time.seconds) * 1000);
  const offset = /^([+-]?)(\d{2}):(\d{2})$/.exec(zone);
  if (offset !== null) {
    const [, sign, hours, minutes] = offset;
    const shift = (Number(hours) * 60 + Number(minutes)) * 60_000;
    return new Date(date.getTime() + (sign === '-' ? -shift : shift));
  }
  work(lookUpWork);
  const field = new Map(
    formatOf(zone, work)
      .formatToParts(date)
      .map(({ type, value }) => [type, value]),
  );
  const number = (type: Intl.DateTimeFormatPartTypes) => Number(field.get(type));
  const year = field.get('era') === 'BC' ? 1 - number('year') : number('year');
  const local = new Date(0);
  local.setUTCFullYear(year, number('month') - 1, number('day'));
  local.setUTCHours(number('hour'), number('minute'), number('second'));
  return local;
}

function formatOf(zone: string, work: Spend): Intl.DateTimeFormat {
  const key = zone.toLowerCase();
  const known = formats.get(key);
  if (known !== undefined) return known;
  work(setUpWork);
  if (zone === '' || zone.length > 64) throw unknownZone(zone);
  try {
    const format = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      calendar: 'gregory',
      numberingSystem: 'latn',
      hourCycle: 'h23',
      era: 'short',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
    formats.set(key, format);
    return format;
  } catch (error) {
    throw unknownZone(zone, error);
  }
}

function unknownZone(zone: string, cause?: unknown): CelEvaluationError {
  return new CelEvaluationError(`unknown time zone ${JSON.stringify(zone.slice(0, 64))}`, { cause });
}
