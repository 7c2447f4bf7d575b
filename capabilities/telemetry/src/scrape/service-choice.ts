import { labelSelectorFromObject, matchesLabels } from '@plinth/kube-selector';
import type { TextMap } from './kubernetes-labels.ts';
import type { ServiceMonitor } from './service-monitor-kind.ts';

/** Which Services a ServiceMonitor means. */
export interface ServiceChoice {
  /** Undefined: all of them. */
  readonly namespaces: ReadonlySet<string> | undefined;
  readonly isMeant: (labels: TextMap) => boolean;
}

/** Spec: prometheus-operator 0.93, monitoring.coreos.com/v1 NamespaceSelector; Kubernetes meta/v1 LabelSelector. */
export function serviceChoice({ spec, metadata }: ServiceMonitor): ServiceChoice {
  const { any, matchNames = [] } = spec.namespaceSelector ?? {};
  const names = matchNames.length > 0 ? matchNames : [metadata.namespace ?? ''];
  const selector = labelSelectorFromObject(spec.selector);
  return {
    namespaces: any === true ? undefined : new Set(names),
    isMeant: (labels) => selector.ok && matchesLabels(selector.value, labels),
  };
}
