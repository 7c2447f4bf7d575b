import { quote } from '@plinth/go-format';
import { DurationSyntaxError, formatDuration, type Labels, parseDuration } from '@plinth/prometheus-model';
import { LabelBuilder } from '@plinth/prometheus-relabel';
import { scrapeIntervalMsMin } from '../limits.ts';
import type { ScrapeSettings, TargetGroup } from './scrape-settings.ts';

/** Why something that was found is no target. */
export class TargetError extends Error {
  override name = 'TargetError';
}

/** Something that exposes metrics. */
export interface Target {
  /** The same for what is the same target: labels and URL. */
  readonly key: string;
  /** Before relabeling. */
  readonly discoveredLabels: Labels;
  /** Those that its series get: none that begin with two underscores. */
  readonly labels: Labels;
  readonly url: string;
  /** As relabeling left them. */
  readonly intervalText: string;
  readonly timeoutText: string;
  readonly intervalMs: number;
  readonly timeoutMs: number;
}

/** What came of something that was found. */
export type FoundTarget =
  | { readonly kind: 'active'; readonly target: Target }
  | { readonly kind: 'dropped'; readonly discoveredLabels: Labels }
  | { readonly kind: 'failed'; readonly error: TargetError };

const parameterPrefix = '__param_';
const metaPrefix = '__meta_';

/** Makes targets of a group. Spec: Prometheus 3.14, scrape.TargetsFromGroup. */
export function targetsOf(group: TargetGroup, settings: ScrapeSettings): readonly FoundTarget[] {
  return group.targets.map((address, i) => {
    const discoveredLabels = discovered(address, group.labels, group.ownLabels?.[i], settings);
    try {
      const target = targetOf(discoveredLabels, settings);
      return target ? { kind: 'active', target } : { kind: 'dropped', discoveredLabels };
    } catch (error) {
      if (error instanceof TargetError) return { kind: 'failed', error };
      throw error;
    }
  });
}

/** The labels of what was found, with what the settings say of all targets. */
function discovered(
  address: string,
  groupLabels: TargetGroup['labels'],
  ownLabels: TargetGroup['labels'] | undefined,
  settings: ScrapeSettings,
): Labels {
  const labels = new LabelBuilder();
  for (const [name, value] of Object.entries(groupLabels)) labels.set(name, value);
  for (const [name, value] of Object.entries(ownLabels ?? {})) labels.set(name, value);
  labels.set('__address__', address);
  const settled: readonly (readonly [name: string, value: string])[] = [
    ['job', settings.pool],
    ['__scrape_interval__', formatDuration(settings.intervalMs)],
    ['__scrape_timeout__', formatDuration(settings.timeoutMs)],
    ['__metrics_path__', settings.metricsPath],
    ['__scheme__', settings.scheme],
    ...Object.entries(settings.parameters).map(
      ([name, [value = '']]) => [parameterPrefix + name, value] as const,
    ),
  ];
  for (const [name, value] of settled) if (labels.get(name) === '') labels.set(name, value);
  return labels.labels();
}

/** @returns undefined when relabeling drops it. @throws TargetError */
function targetOf(discoveredLabels: Labels, settings: ScrapeSettings): Target | undefined {
  const labels = new LabelBuilder(discoveredLabels);
  if (!settings.targetRules.every((rule) => rule.apply(labels))) return undefined;
  const address = labels.get('__address__');
  if (address === '') throw new TargetError('no address');
  if (/[/@?#\\\s]/.test(address)) throw new TargetError(`${quote(address)} is not a valid hostname`);
  const intervalText = labels.get('__scrape_interval__');
  const timeoutText = labels.get('__scrape_timeout__');
  const intervalMs = durationOf('interval', intervalText);
  const timeoutMs = durationOf('timeout', timeoutText);
  if (intervalMs < scrapeIntervalMsMin) {
    throw new TargetError(`scrape interval cannot be less than ${formatDuration(scrapeIntervalMsMin)}`);
  }
  if (timeoutMs > intervalMs) {
    const texts = `${quote(timeoutText)} > ${quote(intervalText)}`;
    throw new TargetError(`scrape timeout cannot be greater than scrape interval (${texts})`);
  }
  for (const [name] of labels.entries()) if (name.startsWith(metaPrefix)) labels.delete(name);
  if (labels.get('instance') === '') labels.set('instance', address);
  const all = labels.labels();
  for (const { name, value } of all) {
    if (!value.isWellFormed())
      throw new TargetError(`invalid label value for ${quote(name)}: ${quote(value)}`);
  }
  const url = urlOf(all, settings);
  const hidden = new Set([...all].flatMap(({ name }) => (name.startsWith('__') ? [name] : [])));
  return {
    key: `${all.key}\xff${url}`,
    discoveredLabels,
    labels: all.drop(hidden),
    url,
    intervalText,
    timeoutText,
    intervalMs,
    timeoutMs,
  };
}

/** @throws TargetError */
function durationOf(what: 'interval' | 'timeout', text: string): number {
  try {
    const ms = parseDuration(text);
    if (ms > 0) return ms;
  } catch (error) {
    if (!(error instanceof DurationSyntaxError)) throw error;
    throw new TargetError(`error parsing scrape ${what}: ${error.message}`, { cause: error });
  }
  throw new TargetError(`scrape ${what} cannot be 0`);
}

/** @throws TargetError */
function urlOf(labels: Labels, settings: ScrapeSettings): string {
  const text = `${labels.get('__scheme__')}://${labels.get('__address__')}`;
  if (!URL.canParse(text)) throw new TargetError(`${quote(text)} is not a valid URL`);
  const url = new URL(text);
  url.pathname = labels.get('__metrics_path__');
  const parameters = new Map<string, string[]>();
  for (const [name, values] of Object.entries(settings.parameters)) parameters.set(name, [...values]);
  for (const { name, value } of labels) {
    if (!name.startsWith(parameterPrefix)) continue;
    const parameter = name.slice(parameterPrefix.length);
    parameters.set(parameter, [value, ...(parameters.get(parameter) ?? []).slice(1)]);
  }
  const pairs = [...parameters].flatMap(([name, values]) =>
    values.map((value): [string, string] => [name, value]),
  );
  const query = new URLSearchParams(pairs);
  query.sort();
  url.search = query.toString();
  return url.href;
}
