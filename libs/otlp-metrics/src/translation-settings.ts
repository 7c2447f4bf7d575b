import type { TranslationStrategy } from './names.ts';

/** How metrics become series, under the names of the `otlp` block of a Prometheus configuration. */
export interface TranslationSettings {
  readonly translationStrategy: TranslationStrategy;
  /** Attributes of resources that become labels of all series; or all but some. */
  readonly promotedResourceAttributes:
    | { readonly names: readonly string[] }
    | { readonly allBut: readonly string[] };
  /** `target_info` has service.name, service.namespace and service.instance.id too. */
  readonly keepIdentifyingResourceAttributes: boolean;
  /** Histograms with explicit bounds become native ones with custom buckets, not classic ones. */
  readonly convertHistogramsToNhcb: boolean;
  /** Name, version, schema URL and attributes of the scope become labels. */
  readonly promoteScopeMetadata: boolean;
  readonly labelNameUnderscoreSanitization: boolean;
  readonly labelNamePreserveMultipleUnderscores: boolean;
  /** Whether resources get a series `target_info`. */
  readonly hasTargetInfo: boolean;
  /** How long a query looks back: `target_info` has a sample in each half of it. */
  readonly lookbackMs: number;
}

/** What Prometheus does unless it is told otherwise. Spec: Prometheus 3.14, config.DefaultOTLPConfig. */
export const defaultTranslationSettings: TranslationSettings = {
  translationStrategy: 'UnderscoreEscapingWithSuffixes',
  promotedResourceAttributes: { names: [] },
  keepIdentifyingResourceAttributes: false,
  convertHistogramsToNhcb: false,
  promoteScopeMetadata: false,
  labelNameUnderscoreSanitization: true,
  labelNamePreserveMultipleUnderscores: true,
  hasTargetInfo: true,
  lookbackMs: 5 * 60_000,
};
