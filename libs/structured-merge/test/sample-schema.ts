import assert from 'node:assert/strict';
import {
  errorsToString,
  identityConverter,
  type JsonValue,
  type Managers,
  type Outcome,
  resolveType,
  type Schema,
  setToFieldsV1,
  type TypedValue,
  Updater,
} from '../src/index.ts';

const text = { scalar: 'string' } as const;

/** Has every kind of field that ownership treats differently. */
export const sampleSchema: Schema = {
  types: {
    Sample: {
      map: {
        fields: [
          { name: 'name', type: text },
          { name: 'replicas', type: { scalar: 'numeric' } },
          { name: 'data', type: { map: { elementType: text } } },
          { name: 'set', type: { list: { elementType: text, elementRelationship: 'associative' } } },
          { name: 'args', type: { list: { elementType: text, elementRelationship: 'atomic' } } },
          { name: 'ports', type: { namedType: 'Ports' } },
          { name: 'selector', type: { namedType: 'Selector' } },
          { name: 'whole', type: { namedType: 'Selector', elementRelationship: 'atomic' } },
          { name: 'child', type: { namedType: 'Sample' } },
        ],
      },
    },
    Selector: {
      map: {
        fields: [
          { name: 'a', type: text },
          { name: 'b', type: text },
        ],
      },
    },
    Ports: {
      list: {
        elementType: {
          map: {
            fields: [
              { name: 'port', type: { scalar: 'numeric' } },
              { name: 'protocol', type: text, default: 'TCP' },
              { name: 'name', type: text },
            ],
          },
        },
        elementRelationship: 'associative',
        keys: ['port', 'protocol'],
      },
    },
  },
};

/** A value of type `Sample`. */
export function sample(value: JsonValue): TypedValue {
  return { value, type: resolveType(sampleSchema, 'Sample') };
}

/** The value of a successful outcome. */
export function must<T>(outcome: Outcome<T>): T {
  assert.ok(outcome.ok, outcome.ok ? '' : errorsToString(outcome.errors));
  return outcome.value;
}

/** A live object and its managers, changed by steps that must succeed. */
export class World {
  readonly updater = new Updater({ converter: identityConverter });
  live: TypedValue = sample(null);
  managers: Managers = new Map();

  /** Applies a configuration; returns whether the object changed. */
  apply(manager: string, config: JsonValue, force = false): boolean {
    const { live, managers } = this;
    const result = this.updater.apply({
      live,
      config: sample(config),
      version: 'v1',
      managers,
      manager,
      force,
    });
    assert.ok(result.kind === 'applied', `apply gave ${result.kind}`);
    this.live = result.object;
    this.managers = result.managers;
    return result.changed;
  }

  /** Replaces the object. */
  update(manager: string, object: JsonValue): void {
    const { live, managers } = this;
    const result = this.updater.update({ live, object: sample(object), version: 'v1', managers, manager });
    assert.ok(result.kind === 'updated', `update gave ${result.kind}`);
    this.live = result.object;
    this.managers = result.managers;
  }

  /** What every manager owns, as `fieldsV1`, sorted by manager. */
  owned(): Readonly<Record<string, JsonValue>> {
    const sorted = [...this.managers].sort(([a], [b]) => (a < b ? -1 : 1));
    return Object.fromEntries(sorted.map(([id, managed]) => [id, setToFieldsV1(managed.fieldSet)]));
  }
}
