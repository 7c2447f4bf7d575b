import { enumOf, Type } from '@plinth/kernel';
import { type ScrapeProtocol, scrapeProtocols } from '@plinth/prometheus-exposition';

const limit = (description: string) =>
  Type.Optional(Type.Integer({ format: 'int64', minimum: 0, description: `${description} 0: any number.` }));

/** Fields of specs that say how much targets may expose, and in which formats. Spec: prometheus-operator, monitoring.coreos.com/v1. */
export const limitFields = {
  sampleLimit: limit('Samples of a target; a scrape with more fails.'),
  targetLimit: limit('Targets; with more, none is scraped.'),
  labelLimit: limit('Labels of a series; a scrape with more fails.'),
  labelNameLengthLimit: limit('Bytes of the name of a label; a scrape with more fails.'),
  labelValueLengthLimit: limit('Bytes of the value of a label; a scrape with more fails.'),
  bodySizeLimit: Type.Optional(
    Type.String({
      pattern: '(^0|([0-9]*[.])?[0-9]+((K|M|G|T|E|P)i?)?B)$',
      description: 'Size of what a target exposes, such as 10MB; a scrape with more fails.',
    }),
  ),
  keepDroppedTargets: limit('Targets dropped by relabeling that are listed.'),
};

/** The formats of what targets expose. */
export const protocolFields = {
  scrapeProtocols: Type.Optional(
    Type.Unsafe<ScrapeProtocol[]>({
      type: 'array',
      items: { type: 'string', enum: [...scrapeProtocols] },
      minItems: 1,
      'x-kubernetes-list-type': 'set',
      description: 'Formats that targets are asked for, the preferred one first.',
    }),
  ),
  fallbackScrapeProtocol: Type.Optional(
    enumOf<readonly ScrapeProtocol[]>(scrapeProtocols, {
      description: 'The format of targets that do not say which one they use.',
    }),
  ),
};
