import { LabelBuilder } from '@plinth/prometheus-relabel';
import type { HttpFields } from './http-fields.ts';
import { kubernetesLabel, metaPrefix } from './kubernetes-labels.ts';
import { relabelRule } from './relabel-fields.ts';
import { type ScrapeSettings, scrapeSettings, type TargetRule } from './scrape-settings.ts';
import type { FoundService, SlicePort } from './service-endpoints.ts';
import type { MonitorEndpoint } from './service-monitor-endpoint.ts';
import type { ServiceMonitorSpec } from './service-monitor-kind.ts';

/** How the targets of an endpoint of a ServiceMonitor are scraped. */
export function monitorSettings(
  pool: string,
  spec: ServiceMonitorSpec,
  endpoint: MonitorEndpoint,
): ScrapeSettings {
  const { path, interval, ...fields } = endpoint;
  return scrapeSettings(pool, { ...spec, ...fields, metricsPath: path, scrapeInterval: interval }, [
    monitorRule(spec, endpoint),
  ]);
}

/** How the targets of an endpoint are reached. */
export function monitorHttpFields({
  basicAuth,
  authorization,
  bearerTokenSecret,
  tlsConfig,
}: MonitorEndpoint): HttpFields {
  // The operator takes a reference without a name as none: so older versions of it wrote what was not set.
  const credentials =
    authorization ?? (bearerTokenSecret?.name ? { credentials: bearerTokenSecret } : undefined);
  return { basicAuth, authorization: credentials, tlsConfig };
}

/**
 * What is done with the labels of all targets of an endpoint before its relabelings: one step instead of a dozen rules, which take
 * most of the time where there are thousands of targets.
 *
 * Spec: prometheus-operator 0.93, pkg/prometheus, how a ServiceMonitor becomes a scrape configuration.
 */
function monitorRule(spec: ServiceMonitorSpec, { port, targetPort = '' }: MonitorEndpoint): TargetRule {
  const serviceLabel = (name: string): string => `${metaPrefix}service_label_${kubernetesLabel(name)}`;
  const copied = (spec.targetLabels ?? []).map(
    (name) => [serviceLabel(name), kubernetesLabel(name)] as const,
  );
  const jobLabel = spec.jobLabel ? serviceLabel(spec.jobLabel) : undefined;
  const endpoint = port || String(targetPort);
  return {
    apply(labels) {
      labels.set('__tmp_prometheus_job_name', labels.get('job'));
      const targetOf = (what: 'kind' | 'name'): string =>
        labels.get(`${metaPrefix}endpointslice_address_target_${what}`) ||
        labels.get(`${metaPrefix}endpoint_address_target_${what}`);
      if (targetOf('kind') === 'Node') labels.set('node', targetOf('name'));
      labels.set('namespace', labels.get(`${metaPrefix}namespace`));
      labels.set('service', labels.get(`${metaPrefix}service_name`));
      labels.set('pod', labels.get(`${metaPrefix}pod_name`));
      for (const [from, to] of copied) {
        const value = labels.get(from);
        if (value !== '') labels.set(to, value);
      }
      const job = jobLabel === undefined ? '' : labels.get(jobLabel);
      labels.set('job', job || labels.get(`${metaPrefix}service_name`));
      if (endpoint !== '') labels.set('endpoint', endpoint);
      return true;
    },
  };
}

/** Whether an endpoint of a ServiceMonitor is about a port of a Service. */
export type PortChoice = (port: SlicePort, service: FoundService) => boolean;

/**
 * Which ports an endpoint of a ServiceMonitor is about. A name in `port` is a regular expression, as in the operator. Where there
 * are no pods, a number in `targetPort` is that of the EndpointSlice, and a name is what the Service calls the port of its endpoints.
 */
export function portChoice({ port = '', targetPort = '' }: MonitorEndpoint): PortChoice {
  if (port !== '') {
    if (/^[a-z0-9-]*$/.test(port)) return ({ name }) => name === port;
    const rule = relabelRule({ sourceLabels: ['port'], regex: port, action: 'keep' });
    return ({ name }) => rule.apply(new LabelBuilder([{ name: 'port', value: name }]));
  }
  if (targetPort === '' || targetPort === 0) return () => true;
  if (typeof targetPort === 'number') return ({ port: number }) => number === targetPort;
  return ({ name }, { targetPorts }) => targetPorts.get(name) === targetPort;
}
