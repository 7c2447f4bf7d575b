/** Formats that a scrape can ask for, under the names that scrape configurations have for them. */
export const scrapeProtocols = [
  'PrometheusProto',
  'OpenMetricsText1.0.0',
  'OpenMetricsText0.0.1',
  'PrometheusText1.0.0',
  'PrometheusText0.0.4',
] as const;

/** A format that a scrape can ask for. */
export type ScrapeProtocol = (typeof scrapeProtocols)[number];

/** What Prometheus asks for, in this order, unless a scrape configuration says otherwise. */
export const defaultScrapeProtocols: readonly ScrapeProtocol[] = scrapeProtocols.slice(1);

/** How a target writes names that are not made of ASCII letters, digits, underscores and colons. */
export type EscapingScheme = 'allow-utf-8' | 'underscores' | 'dots' | 'values';

const mediaTypes: Readonly<Record<ScrapeProtocol, string>> = {
  PrometheusProto:
    'application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited',
  'OpenMetricsText1.0.0': 'application/openmetrics-text;version=1.0.0',
  'OpenMetricsText0.0.1': 'application/openmetrics-text;version=0.0.1',
  'PrometheusText1.0.0': 'text/plain;version=1.0.0',
  'PrometheusText0.0.4': 'text/plain;version=0.0.4',
};

/**
 * The `Accept` header of a scrape.
 * @param protocols - in order of preference.
 * Spec: Prometheus 3.14, scrape/scrape.go; RFC 9110, section 12.5.1.
 */
export function acceptHeader(protocols: readonly ScrapeProtocol[], escaping: EscapingScheme): string {
  let weight = scrapeProtocols.length + 1;
  const accepted: string[] = [];
  for (const protocol of protocols) {
    const hasEscaping = protocol === 'PrometheusText1.0.0' || protocol === 'OpenMetricsText1.0.0';
    accepted.push(`${mediaTypes[protocol]}${hasEscaping ? `;escaping=${escaping}` : ''};q=0.${weight--}`);
  }
  accepted.push(`*/*;q=0.${weight}`);
  return accepted.join(',');
}

/** How a body is to be read. */
export type ExpositionFormat = 'prometheus-text' | 'openmetrics' | 'metric-families';

/** What a target's content type means. */
export type FormatChoice =
  | { readonly ok: true; readonly format: ExpositionFormat; readonly warning?: string }
  | { readonly ok: false; readonly message: string };

const formatOfType: ReadonlyMap<string, ExpositionFormat> = new Map([
  ['text/plain', 'prometheus-text'],
  ['application/openmetrics-text', 'openmetrics'],
  ['application/vnd.google.protobuf', 'metric-families'],
]);

/**
 * Chooses how to read a body by what the target says that it is.
 * @param contentType - the header of the response.
 * @param fallback - what the scrape configuration says when the target says nothing of use.
 * @returns the format, with a warning where the fallback was needed; or why the scrape fails.
 * Spec: Prometheus 3.14, model/textparse/interface.go.
 */
export function chooseFormat(
  contentType: string | undefined,
  fallback: ScrapeProtocol | undefined,
): FormatChoice {
  const type = contentType?.split(';', 1)[0]?.trim().toLowerCase() ?? '';
  const format = formatOfType.get(type);
  if (format !== undefined) return { ok: true, format };
  const found =
    type === ''
      ? 'non-compliant scrape target sending blank Content-Type'
      : `received unsupported Content-Type "${contentType}"`;
  if (fallback === undefined) {
    return { ok: false, message: `${found} and no fallback_scrape_protocol specified for target` };
  }
  const [fallbackType = ''] = mediaTypes[fallback].split(';', 1);
  return {
    ok: true,
    format: formatOfType.get(fallbackType) ?? 'prometheus-text',
    warning: `${found}, using fallback_scrape_protocol "${fallbackType}"`,
  };
}
