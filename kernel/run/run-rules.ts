import { type FieldError, forbiddenValue, invalidValue } from '@plinth/structural-schema';
import { equalJson, isObject } from '../model/json.ts';
import type { KubeObject } from '../model/object.ts';
import type { Strategy, WriteContext } from '../model/resource-type.ts';
import type { RunDefinitions } from './run-definitions.ts';
import { isRun } from './run-kind.ts';

/** The kernel's own controllers; nobody from outside comes under this name. */
const kernelUsername = 'system:plinth';

/** Fields of the spec that can change while a run is under way. */
const changeable: ReadonlySet<string> = new Set([
  'cancel',
  'pause',
  'priority',
  'ttlSecondsAfterFinished',
  'decisions',
]);

/** The rules of a Run that its schema cannot express. */
export function runRules(definitions: RunDefinitions): Strategy {
  return {
    prepare: (object, old, context) => prepare(object, old, context, definitions),
    validate: (object, old) => validate(object, old, definitions),
    admit(object, old, { warn }) {
      if (old || !isRun(object) || definitions.get(object.spec.definition)) return;
      warn(
        `no definition ${object.spec.definition} is known: the run waits until one is; known are ${definitions.names().join(', ') || 'none'}`,
      );
    },
  };
}

function prepare(
  object: KubeObject,
  old: KubeObject | undefined,
  { user }: WriteContext,
  definitions: RunDefinitions,
): void {
  const spec = object['spec'];
  if (!isObject(spec)) return;
  if (old) {
    // A client that knows nothing of the field sends the object back without it.
    const before = isObject(old['spec']) ? old['spec'] : {};
    for (const field of ['requestedBy', 'input']) {
      if (spec[field] === undefined && before[field] !== undefined) spec[field] = before[field];
    }
    return;
  }
  // Schedules start runs for those who made them.
  const isOnBehalf = user.username === kernelUsername && isObject(spec['requestedBy']);
  if (!isOnBehalf) spec['requestedBy'] = { username: user.username, groups: [...user.groups] };
  const { definition, input } = spec;
  if (typeof definition === 'string' && isObject(input)) definitions.complete(definition, input);
}

function validate(
  object: KubeObject,
  old: KubeObject | undefined,
  definitions: RunDefinitions,
): FieldError[] {
  if (!isRun(object)) return [];
  if (!old) return definitions.inputErrors(object.spec.definition, object.spec.input ?? {});
  if (!isRun(old)) return [];
  const errors: FieldError[] = [];
  const before: Record<string, unknown> = old.spec;
  const after: Record<string, unknown> = object.spec;
  for (const field of new Set([...Object.keys(before), ...Object.keys(after)])) {
    if (changeable.has(field) || equalJson(before[field], after[field])) continue;
    const detail = 'a run does what it was created for: create another one';
    errors.push(forbiddenValue(`spec.${field}`, detail));
  }
  if (old.spec.cancel === true && object.spec.cancel !== true) {
    errors.push(
      invalidValue('spec.cancel', object.spec.cancel ?? null, 'a cancellation cannot be taken back'),
    );
  }
  return errors;
}
