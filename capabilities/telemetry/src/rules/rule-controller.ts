import {
  type Clock,
  type Controller,
  defineController,
  equalJson,
  formatTime,
  setCondition,
} from '@plinth/kernel';
import { readGroups } from '@plinth/prometheus-rules';
import {
  isPrometheusRule,
  type PrometheusRule,
  type PrometheusRuleStatus,
  prometheusRules,
} from './prometheus-rule-kind.ts';
import type { RuleSchedule } from './rule-schedule.ts';

/** How often the status of rules is brought up to date. */
const statusEveryMs = 15_000;
/** The same while some have not been evaluated yet. */
const firstStatusEveryMs = 1_000;

/** Brings the rules of PrometheusRule objects to the manager, and what they are at to their status. */
export function ruleController(manager: RuleSchedule, clock: Clock): Controller {
  return defineController({
    name: 'prometheusrules',
    resource: prometheusRules,
    // Where the controller runs is where rules are evaluated: another process may have taken it over.
    sources: [() => () => void manager.stop()],
    async reconcile(name, { client }) {
      const source = `${name.namespace ?? ''}/${name.name}`;
      const object = client.get(prometheusRules, name);
      if (!object || !isPrometheusRule(object) || object.metadata.deletionTimestamp !== undefined) {
        manager.remove(source);
        return;
      }
      const { groups } = readGroups(object.spec);
      manager.set(source, groups);
      const status = statusOf(object, manager, source, clock);
      if (!equalJson(status, object.status)) {
        await client.patch(prometheusRules, name, { status: { ...status } }, 'status');
      }
      const isWaiting = status.conditions?.some((one) => one.status === 'Unknown') ?? false;
      return { requeueAfterMs: isWaiting ? firstStatusEveryMs : statusEveryMs };
    },
  });
}

function statusOf(
  object: PrometheusRule,
  manager: RuleSchedule,
  source: string,
  clock: Clock,
): PrometheusRuleStatus {
  const groups = manager.groups.filter((one) => one.source === source).map(({ group }) => group);
  const rules = groups.flatMap((group) => group.rules);
  const alerts = groups.flatMap((group) => group.alertingRules.flatMap(({ activeAlerts }) => activeAlerts));
  const failed = rules.filter(({ health }) => health === 'err');
  const [first] = failed;
  const isEvaluated = rules.every(({ health }) => health !== 'unknown');
  const conditions = object.status?.conditions ?? [];
  return {
    observedGeneration: object.metadata.generation ?? 0,
    rules: rules.length,
    firing: alerts.filter(({ state }) => state === 'firing').length,
    pending: alerts.filter(({ state }) => state === 'pending').length,
    conditions: setCondition(
      conditions,
      {
        type: 'Ready',
        status: first ? 'False' : 'True',
        reason: first ? 'EvaluationFailed' : isEvaluated ? 'Evaluated' : 'Loaded',
        message: first
          ? `${failed.length} of ${rules.length} rules fail: ${first.rule.spec.name}: ${first.lastError ?? ''}`
          : isEvaluated
            ? 'all rules are evaluated'
            : 'all rules are loaded, and about to be evaluated',
        observedGeneration: object.metadata.generation ?? 0,
      },
      formatTime(clock.now()),
    ),
  };
}
