import { enumOf, mapOf, Type } from '@plinth/kernel';
import type { Static } from 'typebox';
import { durationField } from '../duration-field.ts';
import {
  authorization,
  basicAuth,
  keySelector,
  secretKey,
  tlsConfig,
  tlsFields,
  urlParameters,
} from './http-fields.ts';
import { relabelConfigs } from './relabel-fields.ts';

const notSupported = 'Refused when it is set.';
const ignored = 'Has no effect here';
const flag = (description: string) => Type.Optional(Type.Boolean({ description }));
const text = (description: string, options: Record<string, unknown> = {}) =>
  Type.Optional(Type.String({ description, ...options }));

const proxyFields = {
  proxyUrl: text(`The proxy that requests go through. ${notSupported}`, {
    pattern: '^(http|https|socks5)://.+$',
  }),
  proxyFromEnvironment: flag(`Whether the environment names the proxy. ${notSupported}`),
  noProxy: text(`Hosts that no proxy is used for. ${notSupported}`),
  proxyConnectHeader: Type.Optional(
    Type.Unsafe<Record<string, Static<typeof secretKey>[]>>({
      type: 'object',
      additionalProperties: Type.Array(secretKey),
      'x-kubernetes-map-type': 'atomic',
      description: `Headers that proxies are sent. ${notSupported}`,
    }),
  ),
};

const oauth2 = Type.Optional(
  Type.Object(
    {
      clientId: Type.Object(
        { secret: Type.Optional(secretKey), configMap: Type.Optional(keySelector('ConfigMap')) },
        { description: 'The id of the client.' },
      ),
      clientSecret: secretKey,
      tokenUrl: Type.String({ pattern: '^(http|https)://.+$', description: 'Where tokens are asked for.' }),
      scopes: Type.Optional(Type.Array(Type.String(), { description: 'Scopes of the token.' })),
      endpointParams: Type.Optional(mapOf(Type.String(), { description: 'Further parameters.' })),
      tlsConfig,
      ...proxyFields,
    },
    { description: `How tokens of OAuth 2.0 are asked for. ${notSupported}` },
  ),
);

/** What is scraped of each Service. Spec: prometheus-operator 0.93, monitoring.coreos.com/v1 Endpoint. */
export const monitorEndpoint = Type.Object(
  {
    port: text(
      'Name of the port of the Service, which EndpointSlices use too. It is a regular expression, as for the operator.',
    ),
    targetPort: Type.Optional(
      Type.Unsafe<number | string>({
        'x-kubernetes-int-or-string': true,
        description:
          'Number of the port of the endpoints, or the name that the Service has in targetPort. Only without port.',
      }),
    ),
    path: text('Path of the metrics; /metrics by default.'),
    scheme: Type.Optional(
      enumOf(['http', 'https', 'HTTP', 'HTTPS'], {
        description: 'Protocol of the targets; HTTP by default.',
      }),
    ),
    params: urlParameters,
    interval: durationField('How often targets are scraped; a minute by default.'),
    scrapeTimeout: durationField(
      'How long a scrape may take; 10 seconds by default, and never more than the interval.',
    ),
    honorLabels: flag('Whether labels that a target exposes come before those of the target.'),
    honorTimestamps: flag('Whether times that a target exposes count; yes by default.'),
    trackTimestampsStaleness: flag(
      'Whether series that are exposed with times of their own end as others do when they are gone; no by default.',
    ),
    basicAuth,
    authorization,
    bearerTokenSecret: Type.Optional(secretKey),
    bearerTokenFile: text(
      `A file with the credentials. ${notSupported} Put them into a Secret, see authorization.`,
    ),
    oauth2,
    tlsConfig: Type.Optional(
      Type.Object(
        {
          ...tlsFields,
          caFile: text(
            `A file with certificates of authorities. ${notSupported} Put them into a Secret or ConfigMap, see ca.`,
          ),
          certFile: text(
            `A file with the certificate. ${notSupported} Put it into a Secret or ConfigMap, see cert.`,
          ),
          keyFile: text(`A file with the key. ${notSupported} Put it into a Secret, see keySecret.`),
        },
        { description: 'How TLS is spoken.' },
      ),
    ),
    ...proxyFields,
    followRedirects: flag('Whether redirects are followed; yes by default.'),
    enableHttp2: flag(`Whether HTTP/2 is used. ${ignored}: targets are asked over HTTP/1.1.`),
    filterRunning: flag(`Whether pods that have ended are left out. ${ignored}: there are no pods.`),
    relabelings: relabelConfigs(
      'What is done with the labels of targets, after namespace, service, job, endpoint and instance are there.',
    ),
    metricRelabelings: relabelConfigs('What is done with the labels of series before they are stored.'),
  },
  { description: 'What is scraped of each Service.' },
);

export type MonitorEndpoint = Static<typeof monitorEndpoint>;
