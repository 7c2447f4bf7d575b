import type { FieldError } from '@plinth/kernel';
import { labelSelectorFromObject } from '@plinth/kube-selector';
import { intervalErrors, relabelErrors, sizeErrors } from './field-errors.ts';
import { httpErrors, invalidField } from './http-fields.ts';
import { relabelFault } from './relabel-fields.ts';
import type { MonitorEndpoint } from './service-monitor-endpoint.ts';
import type { ServiceMonitorSpec } from './service-monitor-kind.ts';

/** What is wrong with a ServiceMonitor, each with its field. What Plinth cannot do is refused, never left out in silence. */
export function serviceMonitorErrors(spec: ServiceMonitorSpec): FieldError[] {
  const selector = labelSelectorFromObject(spec.selector);
  return [
    ...(selector.ok ? [] : [invalidField('spec.selector', spec.selector, selector.error.message)]),
    ...spec.endpoints.flatMap((endpoint, i) => {
      const field = `spec.endpoints[${i}]`;
      return [...endpointErrors(field, endpoint), ...endpointRefusals(field, endpoint)];
    }),
    ...sizeErrors('spec.bodySizeLimit', spec.bodySizeLimit),
    ...refusals('spec', [
      [
        'scrapeClass',
        spec.scrapeClass,
        'there are no scrape classes; write what the class says into the endpoints',
      ],
      ['convertClassicHistogramsToNHCB', spec.convertClassicHistogramsToNHCB, histogramsStay],
      ['nativeHistogramBucketLimit', spec.nativeHistogramBucketLimit, histogramsStay],
      ['nativeHistogramMinBucketFactor', spec.nativeHistogramMinBucketFactor, histogramsStay],
      [
        'scrapeNativeHistograms',
        spec.scrapeNativeHistograms === false,
        'native histograms are always read; keep PrometheusProto out of scrapeProtocols to do without them',
      ],
    ]),
  ];
}

const histogramsStay = 'histograms are stored as targets expose them; remove the field';

function endpointErrors(field: string, endpoint: MonitorEndpoint): FieldError[] {
  const { port = '', targetPort, bearerTokenSecret, basicAuth, authorization, oauth2 } = endpoint;
  const portFault = relabelFault({ sourceLabels: ['port'], regex: port, action: 'keep' });
  const ways = [basicAuth, authorization, oauth2, bearerTokenSecret?.name || undefined];
  const isTwice = ways.filter((way) => way !== undefined).length > 1;
  return [
    ...(portFault === undefined ? [] : [invalidField(`${field}.port`, port, portFault)]),
    ...(typeof targetPort === 'number' && (targetPort < 0 || targetPort > 65_535)
      ? [invalidField(`${field}.targetPort`, targetPort, 'must be between 1 and 65535, inclusive')]
      : []),
    ...(isTwice
      ? [
          invalidField(
            field,
            {},
            'at most one of basicAuth, authorization, bearerTokenSecret and oauth2 must be configured',
          ),
        ]
      : httpErrors(field, endpoint)),
    ...intervalErrors({
      scrapeInterval: [`${field}.interval`, endpoint.interval],
      scrapeTimeout: [`${field}.scrapeTimeout`, endpoint.scrapeTimeout],
    }),
    ...relabelErrors(`${field}.relabelings`, endpoint.relabelings),
    ...relabelErrors(`${field}.metricRelabelings`, endpoint.metricRelabelings),
  ];
}

function endpointRefusals(field: string, endpoint: MonitorEndpoint): FieldError[] {
  const { tlsConfig = {} } = endpoint;
  const noFiles = 'no files of this machine are read';
  const noProxy = 'targets are asked directly; remove the field';
  return [
    ...refusals(field, [
      [
        'oauth2',
        endpoint.oauth2,
        'tokens are not asked for; put one into a Secret and name it in authorization.credentials',
      ],
      ['proxyUrl', endpoint.proxyUrl, noProxy],
      ['proxyFromEnvironment', endpoint.proxyFromEnvironment, noProxy],
      ['noProxy', endpoint.noProxy, noProxy],
      ['proxyConnectHeader', endpoint.proxyConnectHeader, noProxy],
      [
        'bearerTokenFile',
        endpoint.bearerTokenFile,
        `${noFiles}; put the token into a Secret and name it in authorization.credentials`,
      ],
    ]),
    ...refusals(`${field}.tlsConfig`, [
      [
        'caFile',
        tlsConfig.caFile,
        `${noFiles}; put the certificates into a ConfigMap or Secret and name it in ca`,
      ],
      ['certFile', tlsConfig.certFile, `${noFiles}; put the certificate into a Secret and name it in cert`],
      ['keyFile', tlsConfig.keyFile, `${noFiles}; put the key into a Secret and name it in keySecret`],
    ]),
  ];
}

/** Says of fields that have a value other than that of Go's zero why they cannot be there, and what to do. */
function refusals(
  parent: string,
  fields: readonly (readonly [name: string, value: unknown, why: string])[],
): FieldError[] {
  return fields.flatMap(([name, value, why]) =>
    value ? [{ type: 'FieldValueForbidden', field: `${parent}.${name}`, detail: why }] : [],
  );
}

/** What whoever writes a ServiceMonitor is told, besides errors. */
export function serviceMonitorWarnings(spec: ServiceMonitorSpec): readonly string[] {
  const none = (field: string, what: string): string => `${field} has no effect: there are no ${what}`;
  return [
    ...(spec.podTargetLabels?.length ? [none('spec.podTargetLabels', 'pods')] : []),
    ...(spec.attachMetadata?.node === true ? [none('spec.attachMetadata.node', 'nodes')] : []),
  ];
}
