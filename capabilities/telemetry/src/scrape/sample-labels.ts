import { quote } from '@plinth/go-format';
import { type Labels } from '@plinth/prometheus-model';
import { LabelBuilder } from '@plinth/prometheus-relabel';
import type { ScrapeLimits, ScrapeSettings } from './scrape-settings.ts';

const exportedPrefix = 'exported_';

/**
 * The labels of a series as it is stored: those that the target exposes, those of the target, and what relabeling makes of
 * both. Spec: Prometheus 3.14, scrape, honor_labels.
 *
 * @returns undefined when relabeling drops it
 */
export function storedLabels(
  exposed: Labels,
  target: Labels,
  { honorsLabels, metricRules }: Pick<ScrapeSettings, 'honorsLabels' | 'metricRules'>,
): Labels | undefined {
  const labels = new LabelBuilder(exposed);
  const moved: (readonly [name: string, value: string])[] = [];
  for (const { name, value } of target) {
    const own = exposed.get(name);
    if (own !== '' && honorsLabels) continue;
    if (own !== '') moved.push([name, own]);
    labels.set(name, value);
  }
  // The shorter name first: what is called exported_a already keeps its place before what moves there.
  for (const [name, value] of moved.toSorted(([a], [b]) => a.length - b.length)) {
    let free = exportedPrefix + name;
    while (labels.get(free) !== '') free = exportedPrefix + free;
    labels.set(free, value);
  }
  if (!metricRules.every((rule) => rule.apply(labels))) return undefined;
  const stored = labels.labels();
  return stored.size === 0 ? undefined : stored;
}

/** Why a series cannot be stored, which fails the whole scrape; undefined when it can. */
export function labelsFault(labels: Labels, limits: ScrapeLimits): string | undefined {
  if (labels.metricName === '') return 'missing metric name (__name__ label)';
  for (const { name, value } of labels) {
    if (name === '' || !name.isWellFormed() || !value.isWellFormed()) {
      return `invalid metric name or label names: ${labels.toString()}`;
    }
  }
  const metric = labels.metricName.slice(0, 50);
  if (labels.size > limits.labels) {
    return `label_limit exceeded (metric: ${metric}, number of labels: ${labels.size}, limit: ${limits.labels})`;
  }
  if (limits.labelNameBytes === Infinity && limits.labelValueBytes === Infinity) return undefined;
  for (const { name, value } of labels) {
    const where = `metric: ${metric}, label name: ${name.slice(0, 50)}`;
    const nameBytes = Buffer.byteLength(name);
    const valueBytes = Buffer.byteLength(value);
    if (nameBytes > limits.labelNameBytes) {
      return `label_name_length_limit exceeded (${where}, length: ${nameBytes}, limit: ${limits.labelNameBytes})`;
    }
    if (valueBytes > limits.labelValueBytes) {
      const shown = quote(value.slice(0, 50));
      return `label_value_length_limit exceeded (${where}, value: ${shown}, length: ${valueBytes}, limit: ${limits.labelValueBytes})`;
    }
  }
  return undefined;
}
