import { qualifiedName } from '@plinth/kube-selector';
import { type FieldError, invalidValue, requiredValue } from '@plinth/structural-schema';
import { defineKind } from '../model/define-kind.ts';
import type { KubeObject } from '../model/object.ts';
import type { Column } from '../model/resource-type.ts';
import { Type } from '../model/type-builders.ts';
import { agoOf } from './age.ts';
import { bytesOf } from './data-values.ts';
import { recordOf, textOf } from './field-access.ts';
import { instant, int32, objectReference, struct, text } from './schema-fields.ts';

const shortTextMax = 128;
const messageBytesMax = 1024;

function validate(object: KubeObject): FieldError[] {
  const errors: FieldError[] = [];
  const namespace = object.metadata.namespace ?? '';
  const about = textOf(recordOf(object['involvedObject'])['namespace']);
  const modern = object['eventTime'] !== undefined;
  // Events about cluster-scoped objects live in `default`, for modern events also in `kube-system`.
  const agrees =
    about === '' ? namespace === 'default' || (modern && namespace === 'kube-system') : about === namespace;
  if (!agrees && (modern ? about === '' : true)) {
    errors.push(invalidValue('involvedObject.namespace', about, 'does not match event.namespace'));
  }
  if (modern) errors.push(...modernErrors(object));
  return errors;
}

/** Rules for events that say when they happened, and therefore by whom and what was done. */
function modernErrors(object: KubeObject): FieldError[] {
  const errors: FieldError[] = [];
  const reporter = textOf(object['reportingComponent']);
  if (reporter === '') errors.push(requiredValue('reportingComponent', ''));
  else
    for (const message of qualifiedName(reporter))
      errors.push(invalidValue('reportingComponent', reporter, message));
  for (const field of ['reportingInstance', 'action', 'reason']) {
    const value = textOf(object[field]);
    if (value === '') errors.push(requiredValue(field, ''));
    else if (value.length > shortTextMax) {
      errors.push(invalidValue(field, value, `can have at most ${shortTextMax} characters`));
    }
  }
  if (bytesOf(textOf(object['message'])) > messageBytesMax) {
    errors.push(invalidValue('message', '', `can have at most ${messageBytesMax} bytes`));
  }
  return errors;
}

function firstSeen(event: KubeObject, nowMs: number): string {
  return agoOf(event['firstTimestamp'] ?? event['eventTime'], nowMs);
}

function lastSeen(event: KubeObject, nowMs: number): string {
  const series = event['series'];
  if (series !== undefined) return agoOf(recordOf(series)['lastObservedTime'], nowMs);
  return event['lastTimestamp'] === undefined
    ? firstSeen(event, nowMs)
    : agoOf(event['lastTimestamp'], nowMs);
}

function countOf(event: KubeObject): number {
  const count = event['series'] === undefined ? event['count'] : recordOf(event['series'])['count'];
  return typeof count === 'number' && count > 0 ? count : 1;
}

function objectOf(event: KubeObject): string {
  const { kind, name } = recordOf(event['involvedObject']);
  const lower = textOf(kind).toLowerCase();
  return textOf(name) === '' ? lower : `${lower}/${textOf(name)}`;
}

function sourceOf(event: KubeObject): string {
  const { component, host } = recordOf(event['source']);
  const who = textOf(component) || textOf(event['reportingComponent']);
  const where = textOf(host) || textOf(event['reportingInstance']);
  return where === '' ? who : `${who}, ${where}`;
}

const columns: readonly Column[] = [
  {
    name: 'Last Seen',
    type: 'string',
    description: 'How long ago it was seen the last time.',
    cell: lastSeen,
  },
  { name: 'Type', type: 'string', description: 'Normal or Warning.', cell: (event) => textOf(event['type']) },
  {
    name: 'Reason',
    type: 'string',
    description: 'Why, in one word.',
    cell: (event) => textOf(event['reason']),
  },
  { name: 'Object', type: 'string', description: 'The object it is about.', cell: objectOf },
  {
    name: 'Subobject',
    type: 'string',
    priority: 1,
    description: 'The part of the object it is about.',
    cell: (event) => textOf(recordOf(event['involvedObject'])['fieldPath']),
  },
  { name: 'Source', type: 'string', priority: 1, description: 'Who reports it.', cell: sourceOf },
  {
    name: 'Message',
    type: 'string',
    description: 'What happened, for people.',
    cell: (event) => textOf(event['message']).trim(),
  },
  {
    name: 'First Seen',
    type: 'string',
    priority: 1,
    description: 'How long ago it was seen the first time.',
    cell: firstSeen,
  },
  { name: 'Count', type: 'string', priority: 1, description: 'How often it was seen.', cell: countOf },
  {
    name: 'Name',
    type: 'string',
    format: 'name',
    priority: 1,
    description: 'Name of the event.',
    cell: (event) => event.metadata.name,
  },
];

/** Spec: Kubernetes core/v1 Event. */
export const eventKind = defineKind({
  group: '',
  version: 'v1',
  kind: 'Event',
  plural: 'events',
  scope: 'Namespaced',
  shortNames: ['ev'],
  description: 'An Event tells of something that happened to an object. Events are kept for a limited time.',
  fields: {
    action: text('What was done or failed, as seen from the reporter.'),
    count: int32('How often the event has occurred.'),
    eventTime: instant('When the event was first observed, with microseconds.'),
    firstTimestamp: instant('When the event was first recorded.'),
    involvedObject: objectReference('The object that the event is about.'),
    lastTimestamp: instant('When the event occurred the last time.'),
    message: text('What happened, for people.'),
    reason: text('Why it happened, in one CamelCase word for programs.'),
    related: Type.Optional(objectReference('Another object that plays a part.')),
    reportingComponent: text('The controller that reports the event, such as `plinth.dev/workspace`.'),
    reportingInstance: text('The instance of that controller.'),
    series: Type.Optional(
      struct('Set when the event goes on: how often it was seen so far.', {
        count: int32('How often it was seen up to the last observation.'),
        lastObservedTime: instant('When it was last observed, with microseconds.'),
      }),
    ),
    source: Type.Optional(
      struct('Who reports the event, in the older form.', {
        component: text('The component that the event comes from.'),
        host: text('The machine that the event comes from.'),
      }),
    ),
    type: text('Normal or Warning; others may be added.'),
  },
  columns,
  ownColumns: true,
  selectableFields: [
    'involvedObject.kind',
    'involvedObject.namespace',
    'involvedObject.name',
    'involvedObject.uid',
    'involvedObject.apiVersion',
    'involvedObject.resourceVersion',
    'involvedObject.fieldPath',
    'reason',
    'reportingComponent',
    'source.component',
    'type',
  ],
  strategy: { validate },
});
