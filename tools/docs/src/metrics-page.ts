import { code, generatedNotice, table } from './markdown.ts';

interface Family {
  readonly name: string;
  readonly help: string;
  type: string;
  readonly labels: Set<string>;
}

/** What a family's name begins with, and what such families are about. */
const areas: readonly (readonly [prefix: string, title: string])[] = [
  ['apiserver_', 'Requests'],
  ['plinth_store_', 'Store'],
  ['workqueue_', 'Work queues'],
  ['plinth_workqueue_', 'Work queues'],
  ['controller_runtime_', 'Controllers'],
  ['prometheus_', 'Telemetry'],
  ['plinth_', 'Controllers'],
];

/**
 * The reference of the metrics.
 *
 * @param text what `/metrics` answers. Spec: Prometheus text exposition format 0.0.4
 */
export function metricsPage(text: string): string {
  const families = parseFamilies(text);
  const titles = [...new Set(areas.map(([, title]) => title))];
  const sections = titles.map((title) => {
    const rows = families
      .filter(({ name }) => areaOf(name) === title)
      .map(({ name, type, labels, help }) => [
        code(name),
        type,
        [...labels].sort().map(code).join(', '),
        help,
      ]);
    return `## ${title}\n\n${table(['Metric', 'Type', 'Labels', ''], rows)}`;
  });
  return `${generatedNotice}

# Metrics

\`GET /metrics\` answers in the Prometheus text format 0.0.4. It asks for authentication and for the right to \`get\` the
path \`/metrics\`: members of the group \`system:monitoring\` have it. Names that Kubernetes, client-go and
controller-runtime have for the same thing are theirs. Times are in seconds, sizes in bytes. The label \`name\` of a work
queue, and \`controller\`, are the controller's name.

${sections.join('\n\n')}

## Health

| Path | Answers |
| --- | --- |
| \`/livez\` | 200 while a restart would not help |
| \`/readyz\`, \`/healthz\` | 200 while the store takes writes; 500 with cause and remedy otherwise |

Both take \`?verbose\`, \`?exclude=CHECK\` and one check by name (\`/readyz/store\`), and ask for no authentication.
`;
}

function areaOf(name: string): string | undefined {
  return areas.find(([prefix]) => name.startsWith(prefix))?.[1];
}

function parseFamilies(text: string): Family[] {
  const families = new Map<string, Family>();
  for (const line of text.split('\n')) {
    const help = /^# HELP (\S+) (.*)$/.exec(line);
    const type = /^# TYPE (\S+) (\S+)$/.exec(line);
    const sample = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? /.exec(line);
    if (help?.[1] !== undefined) {
      const name = help[1];
      if (areaOf(name) === undefined) throw new Error(`the metric ${name} belongs to no area of the page`);
      families.set(name, { name, help: help[2] ?? '', type: '', labels: new Set() });
    } else if (type?.[1] !== undefined) {
      const family = families.get(type[1]);
      if (family) family.type = type[2] ?? '';
    } else if (sample?.[1] !== undefined) {
      const family = families.get(sample[1]) ?? families.get(sample[1].replace(/_(bucket|sum|count)$/, ''));
      for (const [, label = ''] of (sample[2] ?? '').matchAll(/(\w+)="/g)) {
        if (label !== 'le') family?.labels.add(label);
      }
    }
  }
  return [...families.values()];
}
