import { globSync, readFileSync } from 'node:fs';
import { basename, dirname, isAbsolute, join } from 'node:path';
import { DurationSyntaxError, parseDuration } from '@plinth/prometheus-model';
import {
  RuleFileError,
  type RuleGroupSpec,
  readRuleFile,
  readUnitTestFile,
  runUnitTests,
  type UnitTestFile,
} from '@plinth/prometheus-rules';
import { parse } from 'yaml';
import { ApiClient } from '../api/api-client.ts';
import { memberOf, textAt } from '../api/json.ts';
import { findConnection } from '../api/kubeconfig.ts';
import { type Invocation, valueOf } from '../cli/command.ts';
import { UsageFailure } from '../cli/failure.ts';
import type { Terminal } from '../cli/terminal.ts';

type Action = (invocation: Invocation, files: readonly string[]) => Promise<number> | number;

const actions: Readonly<Record<string, Action>> = { check, test, backtest, apply };

/** Checks, tests and backtests rules of Prometheus. */
export async function run(invocation: Invocation): Promise<number> {
  const [verb = '', ...files] = invocation.positionals;
  const action = actions[verb];
  if (!action) {
    throw new UsageFailure(
      `plinth rules cannot "${verb}"`,
      `choose one of ${Object.keys(actions).join(', ')}`,
    );
  }
  if (files.length === 0) throw new UsageFailure('FILE is missing', `write plinth rules ${verb} FILE`);
  return await action(invocation, files);
}

function check({ terminal }: Invocation, files: readonly string[]): number {
  let isFine = true;
  for (const file of files) {
    const { groups, faults } = faultsOf(() => readRuleFile(readFileSync(file, 'utf8'), file));
    const rules = (groups ?? []).flatMap((group) => group.rules);
    if (faults.length > 0) isFine = false;
    if (terminal.json) terminal.data({ file, rules: rules.length, faults });
    else if (faults.length === 0)
      terminal.line(`${terminal.paint('green', '✓')} ${file}: ${rules.length} rules`);
    else for (const fault of faults) terminal.line(`${terminal.paint('red', '✗')} ${fault}`);
  }
  return isFine ? 0 : 1;
}

/** What reading gives, or the faults that it finds. */
function faultsOf<T>(read: () => T): { readonly groups?: T; readonly faults: readonly string[] } {
  try {
    return { groups: read(), faults: [] };
  } catch (error) {
    if (!(error instanceof RuleFileError)) throw error;
    return { faults: error.message.split('\n') };
  }
}

async function test({ terminal }: Invocation, files: readonly string[]): Promise<number> {
  let isFine = true;
  for (const file of files) {
    const { groups: read, faults } = faultsOf(() => {
      const unit = readUnitTestFile(readFileSync(file, 'utf8'), file);
      return { unit, rules: rulesOf(unit, dirname(file), terminal) };
    });
    const outcomes = read ? await runUnitTests(read.unit, read.rules) : [];
    const failures = [...faults, ...outcomes.flatMap((one) => one.failures)];
    if (failures.length > 0) isFine = false;
    if (terminal.json) {
      terminal.data({ file, faults, tests: outcomes });
      continue;
    }
    for (const fault of faults) terminal.line(`${terminal.paint('red', '✗')} ${fault}`);
    for (const { name, failures: own } of outcomes) {
      const mark = own.length === 0 ? terminal.paint('green', '✓') : terminal.paint('red', '✗');
      terminal.line(`${mark} ${file}: ${name}`);
      for (const failure of own) terminal.line(failure);
    }
  }
  return isFine ? 0 : 1;
}

/** The rules that a file of unit tests is about. */
function rulesOf(unit: UnitTestFile, directory: string, terminal: Terminal): RuleGroupSpec[] {
  return unit.ruleFiles.flatMap((pattern) => {
    const found = globSync(isAbsolute(pattern) ? pattern : join(directory, pattern)).toSorted();
    if (found.length === 0) terminal.note(`  WARNING: no file match pattern ${pattern}`);
    return found.flatMap((path) => readRuleFile(readFileSync(path, 'utf8'), path));
  });
}

/** Makes PrometheusRules of rule files; a manifest is for kubectl. */
async function apply(invocation: Invocation, files: readonly string[]): Promise<number> {
  const { terminal } = invocation;
  const client = new ApiClient(findConnection(valueOf(invocation, 'kubeconfig')));
  const namespace = valueOf(invocation, 'namespace') ?? client.namespace;
  for (const file of files) {
    const text = readFileSync(file, 'utf8');
    readRuleFile(text, file);
    const content: unknown = parse(text);
    if (memberOf(content, 'kind') !== undefined) {
      throw new UsageFailure(`${file} is a manifest`, `write kubectl apply -f ${file}`);
    }
    const name = nameOf(file);
    const path = `/apis/monitoring.coreos.com/v1/namespaces/${encodeURIComponent(namespace)}/prometheusrules/${name}`;
    const { body } = await client.json(`${path}?fieldManager=plinth-rules`, {
      method: 'PATCH',
      contentType: 'application/apply-patch+yaml',
      body: JSON.stringify({
        apiVersion: 'monitoring.coreos.com/v1',
        kind: 'PrometheusRule',
        metadata: { name, namespace },
        spec: { groups: memberOf(content, 'groups') ?? [] },
      }),
    });
    if (terminal.json) terminal.data(body);
    else terminal.line(`${terminal.paint('green', '✓')} PrometheusRule/${name} in ${namespace}`);
  }
  return 0;
}

/** The name of an object that a file stands for. */
function nameOf(file: string): string {
  const name = basename(file)
    .replace(/\.ya?ml$/, '')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '')
    .slice(0, 63);
  if (name === '')
    throw new UsageFailure(`${file} names no object`, 'give the file a name of letters and digits');
  return name;
}

async function backtest(invocation: Invocation, files: readonly string[]): Promise<number> {
  const { terminal } = invocation;
  const client = new ApiClient(findConnection(valueOf(invocation, 'kubeconfig')));
  const now = Date.now();
  const start = instantOf(valueOf(invocation, 'since') ?? '1d', 'since', now);
  const end = instantOf(valueOf(invocation, 'until') ?? '0s', 'until', now);
  let isFine = true;
  for (const file of files) {
    const query = new URLSearchParams({ start, end, file: basename(file) });
    const { body } = await client.json(`/prometheus/plinth/v1/backtest?${query.toString()}`, {
      method: 'POST',
      contentType: 'application/yaml',
      body: readFileSync(file, 'utf8'),
    });
    const data = memberOf(body, 'data');
    const problems = listOf(data, 'rules').filter((rule) => textAt(rule, 'problem') !== '');
    if (problems.length > 0) isFine = false;
    if (terminal.json) terminal.data(data);
    else show(terminal, file, data);
  }
  return isFine ? 0 : 1;
}

function show(terminal: Terminal, file: string, data: unknown): void {
  const firings = listOf(data, 'firings');
  const rules = listOf(data, 'rules');
  terminal.line(`${file}: ${rules.length} rules, ${textAt(data, 'start')} to ${textAt(data, 'end')}`);
  for (const firing of firings) {
    const { alertname: _name, ...labels } = Object(memberOf(firing, 'labels')) as Record<string, string>;
    const shown = Object.entries(labels).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
    const until = textAt(firing, 'endsAt') || 'still firing';
    const alert = terminal.paint('red', textAt(firing, 'alert'));
    terminal.line(`  ${textAt(firing, 'startsAt')}  ${until}  ${alert}{${shown.join(', ')}}`);
  }
  for (const rule of rules) {
    const problem = textAt(rule, 'problem');
    if (problem !== '') terminal.line(`${terminal.paint('red', '✗')} ${textAt(rule, 'rule')}: ${problem}`);
    const pending = Number(memberOf(rule, 'pendingOnly'));
    if (pending > 0) terminal.line(`  ${textAt(rule, 'rule')}: ${pending} times pending without firing`);
  }
  terminal.line(`${firings.length} firings`);
}

function listOf(value: unknown, name: string): readonly unknown[] {
  const list = memberOf(value, name);
  return Array.isArray(list) ? list : [];
}

/** An instant in RFC 3339, or a duration back from now. */
function instantOf(text: string, option: string, nowMs: number): string {
  if (/^\d{4}-/.test(text) && !Number.isNaN(Date.parse(text))) return new Date(text).toISOString();
  try {
    return new Date(nowMs - parseDuration(text)).toISOString();
  } catch (error) {
    if (!(error instanceof DurationSyntaxError)) throw error;
    throw new UsageFailure(`--${option} ${text}: ${error.message}`, 'write 30d, 6h or 2026-01-31T12:00:00Z');
  }
}
