import { availableParallelism, hostname } from 'node:os';

/** The Prometheus whose API and PromQL are spoken. */
const prometheusVersion = '3.14.0';

/** What the API tells about the server, by path below `/api/v1`. */
export function serverStatus({
  startedAtMs,
  version,
}: {
  readonly startedAtMs: number;
  readonly version: string;
}): Readonly<Record<string, () => unknown>> {
  return {
    // Empty features: a Prometheus and no Mimir, which would have an API to write rules.
    '/status/buildinfo': () => ({
      version: prometheusVersion,
      revision: `plinth-${version}`,
      branch: 'plinth',
      buildUser: '',
      buildDate: '',
      goVersion: `node ${process.version}`,
    }),
    '/status/runtimeinfo': () => ({
      startTime: new Date(startedAtMs).toISOString(),
      CWD: '',
      hostname: hostname(),
      reloadConfigSuccess: true,
      lastConfigTime: new Date(startedAtMs).toISOString(),
      corruptionCount: 0,
      goroutineCount: 0,
      GOMAXPROCS: availableParallelism(),
      GOMEMLIMIT: 0,
      GOGC: '',
      GODEBUG: '',
      storageRetention: '',
    }),
    '/status/config': () => ({ yaml: '' }),
    '/status/flags': () => ({}),
    '/notifications': () => [],
    '/alertmanagers': () => ({ activeAlertmanagers: [], droppedAlertmanagers: [] }),
  };
}
