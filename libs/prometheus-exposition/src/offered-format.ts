import type { NameEscaping } from './format-families.ts';

/** What an endpoint answers to a scrape. */
export interface OfferedFormat {
  readonly format: 'prometheus-text' | 'openmetrics';
  readonly escaping: NameEscaping;
  readonly contentType: string;
}

/**
 * Chooses the format in which metrics are exposed: the one that the scraper likes best, and the Prometheus text format for everybody
 * else.
 * @param accept - the header of the request.
 * Spec: RFC 9110, section 12.5.1; OpenMetrics 1.0.0, "Protocol Negotiation".
 */
export function offeredFormat(accept: string | undefined): OfferedFormat {
  let best: { offer: OfferedFormat; weight: number } | undefined;
  for (const range of (accept ?? '').split(',')) {
    const [type = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase());
    const values = new Map(parameters.map((one) => [one.split('=')[0] ?? '', one.split('=')[1] ?? '']));
    const weight = Number(values.get('q') ?? '1');
    const offer = offerOf(type, values);
    if (offer && weight > 0 && weight > (best?.weight ?? 0)) best = { offer, weight };
  }
  return best?.offer ?? textOffer('0.0.4', false);
}

function offerOf(type: string, parameters: ReadonlyMap<string, string>): OfferedFormat | undefined {
  const version = parameters.get('version');
  const isUtf8 = parameters.get('escaping') === 'allow-utf-8';
  if (
    type === 'application/openmetrics-text' &&
    (version === undefined || version === '1.0.0' || version === '0.0.1')
  ) {
    const shown = version ?? '1.0.0';
    const isQuoted = isUtf8 && shown === '1.0.0';
    const contentType = `application/openmetrics-text; version=${shown}; charset=utf-8${escapingParameter(shown, isQuoted)}`;
    return { format: 'openmetrics', escaping: isQuoted ? 'allow-utf-8' : 'underscores', contentType };
  }
  if (type === 'text/plain' && version === '1.0.0') return textOffer('1.0.0', isUtf8);
  return type === 'text/plain' || type === '*/*' || type === 'text/*' ? textOffer('0.0.4', false) : undefined;
}

function textOffer(version: string, isQuoted: boolean): OfferedFormat {
  return {
    format: 'prometheus-text',
    escaping: isQuoted ? 'allow-utf-8' : 'underscores',
    contentType: `text/plain; version=${version}; charset=utf-8${escapingParameter(version, isQuoted)}`,
  };
}

function escapingParameter(version: string, isQuoted: boolean): string {
  return version === '1.0.0' ? `; escaping=${isQuoted ? 'allow-utf-8' : 'underscores'}` : '';
}
