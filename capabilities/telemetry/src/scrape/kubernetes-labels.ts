/** What labels of targets that Kubernetes knows begin with. */
export const metaPrefix = '__meta_kubernetes_';

/** A name as a part of the name of a label. Spec: Prometheus, util/strutil, SanitizeLabelName. */
export function kubernetesLabel(name: string): string {
  return name.replace(/[^a-zA-Z0-9_]/g, '_');
}

/** Labels and annotations of an object as labels of its targets. Spec: Prometheus 3.14, kubernetes_sd_config. */
export function objectLabels(
  role: 'service' | 'endpointslice' | 'endpoints',
  { labels, annotations }: { readonly labels: TextMap; readonly annotations: TextMap },
): Record<string, string> {
  const found: Record<string, string> = {};
  for (const [kind, texts] of [
    ['label', labels],
    ['annotation', annotations],
  ] as const) {
    for (const [name, value] of Object.entries(texts)) {
      const label = kubernetesLabel(name);
      found[`${metaPrefix}${role}_${kind}_${label}`] = value;
      found[`${metaPrefix}${role}_${kind}present_${label}`] = 'true';
    }
  }
  return found;
}

export type TextMap = Readonly<Record<string, string>>;
