import { type FieldError, invalidValue } from '@plinth/structural-schema';
import type { Static } from 'typebox';
import { conditionSchema } from '../model/condition-schema.ts';
import { anyObject, defineKind, enumOf, type KindDefinition, listMapOf } from '../model/define-kind.ts';
import { equalJson, isObject } from '../model/json.ts';
import type { KubeObject } from '../model/object.ts';
import type { WriteContext } from '../model/resource-type.ts';
import { Type } from '../model/type-builders.ts';
import type { RunDefinitions } from './run-definitions.ts';
import { messageOf } from './run-error.ts';
import { runs } from './run-kind.ts';
import { isTimeZone, scheduleTimes } from './schedule-times.ts';
import { changedFields, requireStart, type StartRight } from './start-right.ts';

const template = Type.Object(
  {
    definition: Type.String({ minLength: 1, maxLength: 100, description: 'Name of the definition.' }),
    input: Type.Optional(anyObject({ description: 'What each run is given.' })),
    priority: Type.Optional(Type.Integer({ minimum: -1000, maximum: 1000, description: 'As of a Run.' })),
    timeoutSeconds: Type.Optional(Type.Integer({ minimum: 1, description: 'As of a Run.' })),
  },
  { description: 'The runs that are started.' },
);

const spec = Type.Object(
  {
    schedule: Type.String({
      minLength: 1,
      maxLength: 200,
      description:
        'Cron expression of five fields (minute, hour, day of month, month, day of week), or @hourly, @daily, @weekly, @monthly, @yearly.',
    }),
    timeZone: Type.String({
      default: 'UTC',
      description: 'IANA time zone, such as Europe/Berlin, that the schedule is in.',
    }),
    suspend: Type.Boolean({
      default: false,
      description: 'Starts nothing while true; what was due meanwhile is not caught up.',
    }),
    concurrencyPolicy: enumOf(['Allow', 'Forbid', 'Replace'], {
      default: 'Forbid',
      description:
        'While a run is under way: Allow starts the next beside it, Forbid waits for its end, Replace cancels it.',
    }),
    missedRunPolicy: enumOf(['Skip', 'RunOnce', 'RunAll'], {
      default: 'RunOnce',
      description:
        'What becomes of runs that were due while nothing could start them: Skip drops them, RunOnce starts the newest, RunAll starts each.',
    }),
    startingDeadlineSeconds: Type.Optional(
      Type.Integer({
        minimum: 1,
        description: 'Runs that are due for longer are dropped, whatever the policy.',
      }),
    ),
    successfulRunsHistoryLimit: Type.Integer({
      default: 3,
      minimum: 0,
      description: 'Runs that succeeded and are kept.',
    }),
    failedRunsHistoryLimit: Type.Integer({
      default: 3,
      minimum: 0,
      description: 'Runs that failed or were cancelled and are kept.',
    }),
    template,
    requestedBy: Type.Optional(
      Type.Object(
        {
          username: Type.String({ description: 'Name of the user.' }),
          groups: Type.Optional(Type.Array(Type.String(), { description: 'Groups of the user.' })),
        },
        {
          description:
            'Who made the schedule or last changed it; the server fills it in. Its runs are requested by them.',
        },
      ),
    ),
  },
  { description: 'What to run, and when.' },
);

const status = Type.Object(
  {
    lastScheduleTime: Type.Optional(
      Type.String({ description: 'Up to which instant everything that was due has been dealt with.' }),
    ),
    nextScheduleTime: Type.Optional(Type.String({ description: 'When the next run is due.' })),
    lastSuccessfulTime: Type.Optional(Type.String({ description: 'When a run last succeeded.' })),
    active: Type.Optional(Type.Array(Type.String(), { description: 'Runs that have not ended.' })),
    skipped: Type.Optional(Type.Integer({ description: 'Runs that were dropped, ever.' })),
    conditions: Type.Optional(listMapOf(conditionSchema, ['type'], { description: 'Scheduled.' })),
  },
  { description: 'What was started, and what is next.' },
);

export type RunScheduleSpec = Static<typeof spec>;
export type RunScheduleStatus = Static<typeof status>;
/** A schedule of runs. */
export type RunSchedule = KubeObject & { spec: RunScheduleSpec; status?: RunScheduleStatus };

/** The kind as an id for clients. */
export const runSchedules = { group: runs.group, resource: 'runschedules' } as const;

/** Whether an object that was read as a RunSchedule has a spec; the API has checked what is in it. */
export function isRunSchedule(object: KubeObject): object is RunSchedule {
  return isObject(object['spec']) && typeof object['spec']['schedule'] === 'string';
}

/**
 * RunSchedule: starts runs at times.
 * @param right decides who may start which definition
 */
export function runScheduleKind(definitions: RunDefinitions, right: StartRight): KindDefinition {
  return defineKind({
    group: runSchedules.group,
    version: 'v1alpha1',
    kind: 'RunSchedule',
    plural: runSchedules.resource,
    scope: 'Namespaced',
    categories: ['plinth'],
    description:
      'RunSchedule starts a run whenever its cron expression is due in its time zone. Each instant starts one run at ' +
      'most, whatever restarts, and clocks that are set, come in between.',
    fields: { spec, status: Type.Optional(status) },
    columns: [
      { name: 'Schedule', type: 'string', description: 'When runs are due.', cell: '.spec.schedule' },
      { name: 'Zone', type: 'string', description: 'Time zone of the schedule.', cell: '.spec.timeZone' },
      { name: 'Suspend', type: 'boolean', description: 'Whether nothing is started.', cell: '.spec.suspend' },
      {
        name: 'Active',
        type: 'integer',
        description: 'Runs that have not ended.',
        cell: (object) => (isRunSchedule(object) ? (object.status?.active ?? []).length : 0),
      },
      {
        name: 'Last',
        type: 'date',
        description: 'When a run was last due.',
        cell: '.status.lastScheduleTime',
      },
      {
        name: 'Next',
        type: 'string',
        description: 'When the next run is due.',
        cell: '.status.nextScheduleTime',
      },
    ],
    strategy: {
      prepare,
      validate: (object) => validate(object, definitions),
      admit: (object, old, context) => admit(object, old, context, right),
    },
  });
}

/** A schedule starts its definition for whoever changes it; who only suspends it starts nothing. */
function admit(
  object: KubeObject,
  old: KubeObject | undefined,
  { user, operation, subresource }: WriteContext,
  right: StartRight,
): void {
  if (operation === 'delete' || subresource !== '' || !isRunSchedule(object)) return;
  const { spec: after, metadata } = object;
  const starts =
    !old ||
    !isRunSchedule(old) ||
    changedFields(old.spec, after).some(
      (field) => field !== 'requestedBy' && (field !== 'suspend' || !after.suspend),
    );
  if (!starts) return;
  const { name, namespace = '' } = metadata;
  const { definition } = after.template;
  requireStart(right, { user, namespace, definition, resource: runSchedules.resource, name });
}

function prepare(object: KubeObject, old: KubeObject | undefined, { user, subresource }: WriteContext): void {
  const given = object['spec'];
  if (!isObject(given) || subresource !== '') return;
  const before = old && isObject(old['spec']) ? old['spec'] : undefined;
  const { requestedBy: _given, ...now } = given;
  const { requestedBy, ...then } = before ?? {};
  const isSame = before !== undefined && equalJson(now, then);
  given['requestedBy'] = isSame ? requestedBy : { username: user.username, groups: [...user.groups] };
  if (given['requestedBy'] === undefined) delete given['requestedBy'];
}

function validate(object: KubeObject, definitions: RunDefinitions): FieldError[] {
  if (!isRunSchedule(object)) return [];
  const { schedule, timeZone, template: of } = object.spec;
  if (object.metadata.name.length > 200) {
    return [
      invalidValue(
        'metadata.name',
        object.metadata.name,
        'must have at most 200 characters: runs are named after it',
      ),
    ];
  }
  if (!isTimeZone(timeZone)) {
    return [invalidValue('spec.timeZone', timeZone, 'must be an IANA time zone such as Europe/Berlin')];
  }
  try {
    const times = scheduleTimes(schedule, timeZone);
    if (times.next(Date.parse('2024-01-01T00:00:00Z')) === undefined) {
      return [invalidValue('spec.schedule', schedule, 'is never due')];
    }
  } catch (error) {
    return [invalidValue('spec.schedule', schedule, messageOf(error))];
  }
  return definitions
    .inputErrors(of.definition, of.input ?? {})
    .map((error) => ({ ...error, field: error.field.replace(/^spec\./, 'spec.template.') }));
}
