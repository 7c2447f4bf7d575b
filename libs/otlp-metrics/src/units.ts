/** Units of UCUM under the names that Prometheus has for them. Spec: prometheus/otlptranslator 1.0, metric_namer.go. */
const names: ReadonlyMap<string, string> = new Map([
  ['d', 'days'],
  ['h', 'hours'],
  ['min', 'minutes'],
  ['s', 'seconds'],
  ['ms', 'milliseconds'],
  ['us', 'microseconds'],
  ['ns', 'nanoseconds'],
  ['By', 'bytes'],
  ['KiBy', 'kibibytes'],
  ['MiBy', 'mebibytes'],
  ['GiBy', 'gibibytes'],
  ['TiBy', 'tibibytes'],
  ['KBy', 'kilobytes'],
  ['MBy', 'megabytes'],
  ['GBy', 'gigabytes'],
  ['TBy', 'terabytes'],
  ['m', 'meters'],
  ['V', 'volts'],
  ['A', 'amperes'],
  ['J', 'joules'],
  ['W', 'watts'],
  ['g', 'grams'],
  ['Cel', 'celsius'],
  ['Hz', 'hertz'],
  ['1', ''],
  ['%', 'percent'],
]);

/** The same behind "per": in the singular. */
const perNames: ReadonlyMap<string, string> = new Map([
  ['s', 'second'],
  ['m', 'minute'],
  ['h', 'hour'],
  ['d', 'day'],
  ['w', 'week'],
  ['mo', 'month'],
  ['y', 'year'],
]);

/** The words of a unit: `By/s` has `bytes` and `per_second`. What stands in braces is a remark. */
export function unitWords(unit: string): { main: string; per: string } {
  const slash = unit.indexOf('/');
  const main = (slash === -1 ? unit : unit.slice(0, slash)).trim();
  const per = slash === -1 ? '' : unit.slice(slash + 1).trim();
  const mainWord = isRemark(main) ? '' : (names.get(main) ?? main);
  const perWord = isRemark(per) ? '' : (perNames.get(per) ?? per);
  return { main: mainWord, per: perWord === '' ? '' : `per_${perWord}` };
}

function isRemark(unit: string): boolean {
  return unit.includes('{') || unit.includes('}');
}

/** A unit as a part of a name: without what names must not have. */
export function plainUnit(unit: string): string {
  return unit
    .replace(/[^a-zA-Z0-9:]/gu, '_')
    .replace(/__+/g, '_')
    .replace(/^_/, '');
}

/** A unit as metadata shows it: `bytes_per_second`. */
export function unitName(unit: string): string {
  const words = unitWords(unit);
  const parts = [plainUnit(words.main), plainUnit(words.per)].filter((part) => part !== '');
  return parts.join('_').replace(/^_/, '').replace(/_$/, '');
}
