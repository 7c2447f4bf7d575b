/** One thing that must be right for the server to be live or ready. */
export interface HealthCheck {
  readonly name: string;
  /** Which questions it belongs to: `livez` asks whether a restart would help, `readyz` whether to send requests. */
  readonly for: readonly ('livez' | 'readyz')[];
  /** Undefined when all is well, otherwise what is wrong and what to do. */
  check(): string | undefined;
}

/**
 * Answers `/livez`, `/readyz` and `/healthz`, also with `?verbose`, `?exclude=` and one check by its name.
 * Spec: Kubernetes API health endpoints.
 */
export function answerHealth(
  path: string,
  query: URLSearchParams,
  checks: readonly HealthCheck[],
): { code: number; text: string } | undefined {
  const [, endpoint, only] = path.split('/');
  if (endpoint !== 'livez' && endpoint !== 'readyz' && endpoint !== 'healthz') return undefined;
  const asked = endpoint === 'healthz' ? 'readyz' : endpoint;
  const excluded = new Set(query.getAll('exclude'));
  const chosen = checks.filter(
    (check) =>
      check.for.includes(asked) && !excluded.has(check.name) && (only === undefined || check.name === only),
  );
  if (only !== undefined && chosen.length === 0) return undefined;
  const failures: string[] = [];
  const lines = chosen.map((check) => {
    const wrong = check.check();
    if (wrong === undefined) return `[+]${check.name} ok`;
    failures.push(check.name);
    return `[-]${check.name} failed: ${wrong}`;
  });
  if (failures.length > 0) {
    return { code: 500, text: `${lines.join('\n')}\n${endpoint} check failed\n` };
  }
  if (query.has('verbose')) return { code: 200, text: `${lines.join('\n')}\n${endpoint} check passed\n` };
  return { code: 200, text: 'ok' };
}
