import { createHash } from 'node:crypto';
import { formatSampleValue } from '@plinth/go-format';
import type { HttpReply } from '@plinth/kernel';
import { type Matcher } from '@plinth/prometheus-model';
import { type ActiveAlert, AlertingRule, type GroupRule } from '@plinth/prometheus-rules';
import { printExpression } from '@plinth/promql';
import { ApiError, errorBody, invalidParameter } from '../prometheus/api-error.ts';
import { Parameters } from '../prometheus/parameters.ts';
import { success } from '../prometheus/prometheus-protocol.ts';
import type { ManagedGroup } from './rule-schedule.ts';

/** `/rules`. Spec: Prometheus 3.14, HTTP API, Rules. */
export function rulesAnswer(groups: readonly ManagedGroup[], query: URLSearchParams): HttpReply {
  try {
    return success(rulesOf(groups, new Parameters(query.toString())));
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return {
      status: error.status,
      contentType: 'application/json',
      body: errorBody(error.type, error.message),
    };
  }
}

function rulesOf(groups: readonly ManagedGroup[], parameters: Parameters): object {
  const type = parameters.text('type').toLowerCase();
  if (type !== '' && type !== 'alert' && type !== 'record') {
    throw invalidParameter('type', `not supported value ${JSON.stringify(type)}`);
  }
  const wanted = {
    kind: type === '' ? undefined : type === 'alert' ? 'alerting' : 'recording',
    names: setOf(parameters.all('rule_name[]')),
    matcherSets: parameters.matcherSets(),
    showsAlerts: !truth(parameters.text('exclude_alerts').toLowerCase()),
  };
  const groupNames = setOf(parameters.all('rule_group[]'));
  const files = setOf(parameters.all('file[]'));
  const shown = groups
    .filter(({ source, group }) => (groupNames?.has(group.name) ?? true) && (files?.has(source) ?? true))
    .map(({ source, group }) => ({
      name: group.name,
      file: source,
      rules: group.rules.filter((one) => isWanted(one, wanted)).map((one) => ruleOf(one, wanted.showsAlerts)),
      interval: group.intervalMs / 1000,
      limit: group.spec.limit,
      evaluationTime: group.evaluationTimeMs / 1000,
      lastEvaluation: instant(group.lastEvaluationMs),
    }))
    .filter(({ rules }) => rules.length > 0);
  return paged(shown, parameters);
}

/** A part of the groups, when one is asked for. */
function paged(
  groups: readonly { readonly name: string; readonly file: string }[],
  parameters: Parameters,
): object {
  const text = parameters.text('group_limit');
  const token = parameters.text('group_next_token');
  if (text === '') {
    if (token === '') return { groups };
    const why = 'group_limit needs to be present in order to paginate over the groups';
    throw invalidParameter('group_next_token', why);
  }
  if (!/^[+-]?\d{1,9}$/.test(text)) {
    const why = `strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`;
    throw invalidParameter('group_limit', `group_limit needs to be a valid number: ${why}`);
  }
  const limit = Number(text);
  if (limit <= 0) throw invalidParameter('group_limit', 'group_limit needs to be greater than 0');
  const tokenOf = ({ name, file }: { readonly name: string; readonly file: string }): string =>
    createHash('sha256').update(`${file};${name}`).digest('hex');
  const from = token === '' ? 0 : groups.findIndex((one) => tokenOf(one) === token);
  if (from < 0) {
    const why = `invalid group_next_token '${token}'. were rule groups changed?`;
    throw invalidParameter('group_next_token', why);
  }
  const next = groups[from + limit];
  return { groups: groups.slice(from, from + limit), ...(next ? { groupNextToken: tokenOf(next) } : {}) };
}

/** A truth as Go writes it; false when there is none. @throws ApiError */
function truth(text: string): boolean {
  if (['1', 't', 'true'].includes(text)) return true;
  if (['', '0', 'f', 'false'].includes(text)) return false;
  const why = `strconv.ParseBool: parsing ${JSON.stringify(text)}: invalid syntax`;
  throw invalidParameter('exclude_alerts', `error converting exclude_alerts: ${why}`);
}

function setOf(values: readonly string[]): ReadonlySet<string> | undefined {
  return values.length === 0 ? undefined : new Set(values);
}

function isWanted(
  { rule }: GroupRule,
  wanted: {
    readonly kind: string | undefined;
    readonly names: ReadonlySet<string> | undefined;
    readonly matcherSets: readonly (readonly Matcher[])[];
  },
): boolean {
  const { kind, name, labels } = rule.spec;
  if (wanted.kind !== undefined && kind !== wanted.kind) return false;
  if (wanted.names && !wanted.names.has(name)) return false;
  const matches = (matchers: readonly Matcher[]): boolean =>
    matchers.every((one) => one.matches(labels[one.name] ?? ''));
  return wanted.matcherSets.length === 0 || wanted.matcherSets.some(matches);
}

function ruleOf({ rule, ...known }: GroupRule, showsAlerts: boolean): object {
  const { name, labels, expression } = rule.spec;
  const shared = {
    health: known.health,
    ...(known.lastError === undefined ? {} : { lastError: known.lastError }),
    evaluationTime: known.evaluationTimeMs / 1000,
    lastEvaluation: instant(known.lastEvaluationMs),
  };
  const query = printExpression(expression);
  if (!(rule instanceof AlertingRule)) return { name, query, labels, ...shared, type: 'recording' };
  const { forMs, keepFiringForMs, annotations } = rule.spec;
  return {
    state: known.lastEvaluationMs === undefined ? 'unknown' : rule.state,
    name,
    query,
    duration: forMs / 1000,
    keepFiringFor: keepFiringForMs / 1000,
    labels,
    annotations,
    alerts: showsAlerts ? rule.activeAlerts.map(alertOf) : null,
    ...shared,
    type: 'alerting',
  };
}

/** `/alerts`. Spec: Prometheus 3.14, HTTP API, Alerts. */
export function alertsAnswer(groups: readonly ManagedGroup[]): HttpReply {
  const alerts = groups.flatMap(({ group }) =>
    group.alertingRules.flatMap(({ activeAlerts }) => activeAlerts),
  );
  return success({ alerts: alerts.map(alertOf) });
}

function alertOf({ labels, annotations, state, activeAtMs, keepFiringSinceMs, value }: ActiveAlert): object {
  return {
    labels,
    annotations,
    state,
    activeAt: instant(activeAtMs),
    ...(keepFiringSinceMs === undefined ? {} : { keepFiringSince: instant(keepFiringSinceMs) }),
    value: scientific(value),
  };
}

/** Go's `FormatFloat(value, 'e', -1, 64)`: `1e+00`. */
function scientific(value: number): string {
  if (!Number.isFinite(value)) return formatSampleValue(value);
  const text = value.toExponential().replace(/e([+-])(\d)$/, 'e$10$2');
  return Object.is(value, -0) ? `-${text}` : text;
}

/** An instant in RFC 3339; that of Go's zero time when there is none. */
function instant(timeMs: number | undefined): string {
  return timeMs === undefined ? '0001-01-01T00:00:00Z' : new Date(timeMs).toISOString();
}
