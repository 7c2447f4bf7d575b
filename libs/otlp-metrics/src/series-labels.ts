import { compareNames, Labels, metricNameLabel } from '@plinth/prometheus-model';
import { attributeText } from './attribute-text.ts';
import type { Attributes, ScopeMetrics } from './metrics-data.ts';
import { type LabelNaming, labelNameOf } from './names.ts';
import type { TranslationSettings } from './translation-settings.ts';

/** Labels that are being collected, by name. */
export type LabelMap = Map<string, string>;

/** Turns attributes into labels, within one resource and one scope at a time. */
export class SeriesLabels {
  readonly #settings: TranslationSettings;
  readonly #naming: LabelNaming;
  /** Names of attributes come again and again in a request. */
  readonly #names = new Map<string, string>();
  #promoted: LabelMap = new Map();
  #identity: LabelMap = new Map();
  #scope: LabelMap = new Map();

  constructor(settings: TranslationSettings) {
    this.#settings = settings;
    this.#naming = {
      strategy: settings.translationStrategy,
      isUnderscorePrefixed: settings.labelNameUnderscoreSanitization,
      areUnderscoresKept: settings.labelNamePreserveMultipleUnderscores,
    };
  }

  #labelName(attribute: string): string {
    let name = this.#names.get(attribute);
    if (name === undefined) {
      name = labelNameOf(attribute, this.#naming);
      this.#names.set(attribute, name);
    }
    return name;
  }

  /** A resource begins. @throws NameError */
  enterResource(attributes: Attributes): void {
    this.#promoted = new Map();
    this.#identity = identityOf(attributes);
    this.#scope = new Map();
    const promoted = this.#settings.promotedResourceAttributes;
    for (const [key, value] of attributes) {
      const isPromoted = 'names' in promoted ? promoted.names.includes(key) : !promoted.allBut.includes(key);
      if (isPromoted) this.#promoted.set(this.#labelName(key), attributeText(value));
    }
  }

  /** A scope of the resource begins. @throws NameError */
  enterScope({ scope, schemaUrl }: ScopeMetrics): void {
    this.#scope = new Map();
    if (!this.#settings.promoteScopeMetadata || scope.name === '') return;
    for (const [key, value] of scope.attributes) {
      this.#scope.set(this.#labelName(`otel_scope_${key}`), attributeText(value));
    }
    this.#scope.set('otel_scope_name', scope.name);
    this.#scope.set('otel_scope_version', scope.version);
    this.#scope.set('otel_scope_schema_url', schemaUrl);
  }

  /** The labels of a data point, without the name of the metric. @throws NameError */
  ofPoint(attributes: Attributes): LabelMap {
    const labels = this.#ofAttributes(attributes, () => false);
    for (const [name, value] of this.#promoted) if (!labels.get(name)) labels.set(name, value);
    for (const [name, value] of this.#identity) labels.set(name, value);
    for (const [name, value] of this.#scope) labels.set(name, value);
    return labels;
  }

  /** The labels of `target_info`; undefined when there is nothing to tell, or nothing to tell resources apart. @throws NameError */
  ofTarget(attributes: Attributes): LabelMap | undefined {
    const hasMore = [...attributes.keys()].some((key) => !identifying.has(key));
    if (!hasMore) return undefined;
    const isKept = this.#settings.keepIdentifyingResourceAttributes;
    const labels = this.#ofAttributes(attributes, (key) => !isKept && identifying.has(key));
    for (const [name, value] of this.#identity) labels.set(name, value);
    return labels.get('job') || labels.get('instance') ? labels : undefined;
  }

  /** Values of attributes that get the same name stand behind each other. */
  #ofAttributes(attributes: Attributes, isIgnored: (key: string) => boolean): LabelMap {
    const labels: LabelMap = new Map();
    for (const key of [...attributes.keys()].sort(compareNames)) {
      if (key === metricNameLabel || isIgnored(key)) continue;
      const name = this.#labelName(key);
      const existing = labels.get(name);
      const value = attributeText(attributes.get(key));
      labels.set(name, existing ? `${existing};${value}` : value);
    }
    return labels;
  }
}

const identifying: ReadonlySet<string> = new Set([
  'service.name',
  'service.namespace',
  'service.instance.id',
]);

/** `job` and `instance`, which tell resources apart. */
function identityOf(attributes: Attributes): LabelMap {
  const identity: LabelMap = new Map();
  if (attributes.has('service.name')) {
    const name = attributeText(attributes.get('service.name'));
    const namespace = attributes.has('service.namespace')
      ? `${attributeText(attributes.get('service.namespace'))}/`
      : '';
    identity.set('job', namespace + name);
  }
  if (attributes.has('service.instance.id')) {
    identity.set('instance', attributeText(attributes.get('service.instance.id')));
  }
  return identity;
}

/** Labels with the name of a metric, and what tells the parts of histograms and summaries apart. */
export function namedLabels(
  labels: LabelMap,
  metricName: string,
  ...more: readonly [name: string, value: string][]
): Labels {
  return Labels.from([...labels, ...more, [metricNameLabel, metricName]]);
}
