/** One run of a test file, as `terraform test -json` reports it. */
export interface TestRun {
  /** `tests/hub.tftest.hcl`. */
  readonly file: string;
  readonly name: string;
  readonly status: string;
  /** What was wrong, with the place. */
  readonly diagnostics: readonly string[];
}

/** What `terraform test -json` printed. */
export interface TestReport {
  readonly runs: readonly TestRun[];
  /** Of no run: of a file that cannot be read, say. */
  readonly diagnostics: readonly string[];
}

type Json = Readonly<Record<string, unknown>>;

/**
 * Reads the lines that `terraform test -json` prints.
 * Spec: Terraform, "Machine-Readable UI", and "Command: test".
 */
export function readTestEvents(text: string): TestReport {
  const runs: { file: string; name: string; status: string; diagnostics: string[] }[] = [];
  const found: { run: string; message: string }[] = [];
  const loose: string[] = [];
  for (const line of text.split('\n').filter((one) => one.startsWith('{'))) {
    const event = record(JSON.parse(line));
    const run = `${word(event['@testfile'])} ${word(event['@testrun'])}`;
    const result = record(event['test_run']);
    // OpenTofu tells of a run once, at its end.
    const isComplete = (result['progress'] ?? 'complete') === 'complete';
    if (event['type'] === 'test_run' && isComplete) {
      runs.push({
        file: word(result['path']),
        name: word(result['run']),
        status: word(result['status']),
        diagnostics: [],
      });
    } else if (event['type'] === 'diagnostic') {
      const message = describe(record(event['diagnostic']));
      if (event['@testrun'] === undefined) loose.push(message);
      else found.push({ run, message });
    }
  }
  for (const run of runs) {
    run.diagnostics.push(
      ...found.filter((one) => one.run === `${run.file} ${run.name}`).map((one) => one.message),
    );
  }
  return { runs, diagnostics: loose };
}

/** What a diagnostic of Terraform says, and where. */
export function describe(diagnostic: Json): string {
  const range = record(diagnostic['range']);
  const place = `${word(range['filename'])}:${String(record(range['start'])['line'] ?? '')}`;
  return `${word(diagnostic['severity'])}: ${word(diagnostic['summary'])}: ${word(diagnostic['detail'])} (${place})`;
}

function record(value: unknown): Json {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

function word(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
