import assert from 'node:assert/strict';
import {
  type Conflict,
  conflictsToString,
  errorsToString,
  excludeFilter,
  extractItems,
  type FieldFilter,
  FieldSet,
  fieldElement,
  indexElement,
  type JsonValue,
  keyElement,
  type Managers,
  merge,
  type Path,
  type ResolvedType,
  resolveType,
  type Schema,
  schemaFromTypes,
  setToFieldsV1,
  type TypedValue,
  Updater,
  validate,
  valueElement,
} from '../../src/index.ts';
import { type CorpusConverter, corpusConverter } from './converters.ts';
import type { CorpusManaged, CorpusPath, MergeCase, MergeFile, ObjectStep, Step } from './corpus.ts';

/** A step of a vector that was refused: invalid object, or conflicts that were not expected. */
class StepFailed extends Error {}

/** The path that the corpus writes. */
function pathOf(path: CorpusPath): Path {
  return path.map((element) => {
    if ('field' in element) return fieldElement(element.field);
    if ('key' in element) return keyElement(element.key);
    if ('value' in element) return valueElement(element.value);
    return indexElement(element.index);
  });
}

/** The set that the corpus writes. */
export function setOf(paths: readonly CorpusPath[]): FieldSet {
  return FieldSet.of(...paths.map(pathOf));
}

/** Replays the steps of one vector, as upstream's `internal/fixture/state.go` does. */
export class Replay {
  private readonly file: MergeFile;
  private readonly vector: MergeCase;
  private readonly converter: CorpusConverter;
  private readonly updater: Updater;
  private readonly reverse: boolean;
  private schema: Schema;
  private live: TypedValue | undefined;
  private liveVersion = '';
  private managers: Managers = new Map();

  /** @param reverse hands the managers over in reverse order, which must make no difference */
  constructor(file: MergeFile, vector: MergeCase, reverse: boolean) {
    this.file = file;
    this.vector = vector;
    this.reverse = reverse;
    this.schema = this.schemaNamed(vector.schema);
    this.converter = corpusConverter(vector.converter, (version) => this.typeOf(version));
    this.updater = new Updater({ converter: this.converter, ignoreFilters: ignoreFilters(vector) });
    const { initial } = vector;
    if (initial !== undefined) {
      this.live = { value: initial.object, type: this.typeOf(initial.apiVersion) };
      this.liveVersion = initial.apiVersion;
    }
  }

  /** Runs all steps and checks the expectations; throws when one is not met. */
  run(): void {
    const { expect, ops } = this.vector;
    if (expect.error) {
      assert.throws(() => this.steps(ops));
      return;
    }
    this.steps(ops);
    if (expect.apiVersion !== undefined && expect.object !== undefined) {
      assert.deepEqual(this.liveAt(expect.apiVersion).value, expect.object);
    }
    for (const [id, managed] of this.managers) assert.ok(!managed.fieldSet.isEmpty, `${id} owns nothing`);
    if (expect.managed !== undefined) this.checkManagers(expect.managed);
  }

  private checkManagers(expected: Readonly<Record<string, CorpusManaged>>): void {
    assert.deepEqual([...this.managers.keys()].sort(), Object.keys(expected).sort());
    for (const [id, managed] of this.managers) {
      const wanted = expected[id];
      assert.ok(wanted !== undefined);
      assert.equal(managed.apiVersion, wanted.apiVersion);
      assert.equal(managed.fieldSet.toString(), setOf(wanted.paths).toString());
      assert.deepEqual(setToFieldsV1(managed.fieldSet), wanted.fieldsV1);
      if (this.vector.expect.checkApplied) assert.equal(managed.applied, wanted.appliedAsWritten);
    }
  }

  private steps(steps: readonly Step[]): void {
    for (const step of steps) {
      if (step.op === 'SetAcceptedVersions') this.converter.acceptedVersions = step.acceptedVersions;
      else if (step.op === 'ChangeParser') this.changeSchema(step.schema);
      else this.objectStep(step);
      if (this.reverse) this.managers = new Map([...this.managers].reverse());
    }
  }

  private changeSchema(name: string): void {
    this.schema = this.schemaNamed(name);
    assert.ok(this.live !== undefined);
    this.live = { value: this.live.value, type: this.typeOf(this.liveVersion) };
    mustBeValid(this.live, false);
  }

  private objectStep(step: ObjectStep): void {
    const object: TypedValue = { value: step.object, type: this.typeOf(step.apiVersion) };
    mustBeValid(object, step.op === 'Update');
    if (step.op === 'Update') this.update(step, object);
    else if (step.op === 'ExtractApply') this.apply(step, this.extracted(step, object), true);
    else this.apply(step, object, step.op === 'ForceApply');
  }

  private update(step: ObjectStep, object: TypedValue): void {
    const { apiVersion: version, manager } = step;
    const live = this.liveAt(version);
    const result = unchanged([live, object], () =>
      this.updater.update({ live, object, version, managers: this.managers, manager }),
    );
    if (result.kind === 'invalid') throw new StepFailed(errorsToString(result.errors));
    this.live = result.object;
    this.liveVersion = version;
    this.managers = result.managers;
  }

  private apply(step: ObjectStep, config: TypedValue, force: boolean): void {
    const { apiVersion: version, manager } = step;
    this.live = this.liveAt(version);
    this.liveVersion = version;
    const { live, managers } = this;
    const result = unchanged([live, config], () =>
      this.updater.apply({ live, config, version, managers, manager, force }),
    );
    if (result.kind === 'invalid') throw new StepFailed(errorsToString(result.errors));
    const found = result.kind === 'conflict' ? result.conflicts : [];
    if (step.conflicts === undefined) {
      if (result.kind === 'conflict') throw new StepFailed(conflictsToString(result.conflicts));
    } else {
      const wanted = step.conflicts.map((c) => ({ manager: c.manager, path: pathOf(c.path) }));
      assert.deepEqual(conflictKeys(found), conflictKeys(wanted));
    }
    if (result.kind !== 'applied') return;
    this.live = result.object;
    this.managers = result.managers;
  }

  private extracted(step: ObjectStep, object: TypedValue): TypedValue {
    if (this.live === undefined) return object;
    const managed = this.managers.get(step.manager);
    if (managed !== undefined && managed.apiVersion !== step.apiVersion) {
      throw new StepFailed('the manager owns fields of another version');
    }
    const leaves = managed?.fieldSet.leaves() ?? FieldSet.EMPTY;
    const result = merge(extractItems(this.liveAt(step.apiVersion), leaves), object);
    if (!result.ok) throw new StepFailed(errorsToString(result.errors));
    return result.value;
  }

  private liveAt(version: string): TypedValue {
    if (this.live === undefined) return { value: null, type: this.typeOf(version) };
    return this.converter.convert(this.live, version);
  }

  private schemaNamed(name: string): Schema {
    const entry = this.file.schemas[name];
    assert.ok(entry !== undefined, `no schema ${name}`);
    return schemaFromTypes(entry.schema.types);
  }

  private typeOf(version: string): ResolvedType {
    const { mode, name, map } = this.vector.rootType;
    const byMode = { fixed: name, apiVersion: version, map: map?.[version] }[mode];
    assert.ok(byMode !== undefined, `no type for ${version}`);
    return resolveType(this.schema, byMode);
  }
}

function mustBeValid(object: TypedValue, allowDuplicates: boolean): void {
  const errors = validate(object, { allowDuplicates });
  if (errors.length > 0) throw new StepFailed(errorsToString(errors));
}

function conflictKeys(conflicts: readonly Conflict[]): readonly string[] {
  return conflicts.map((conflict) => conflictsToString([conflict])).sort();
}

function ignoreFilters(vector: MergeCase): ReadonlyMap<string, FieldFilter> {
  const { ignoreFilter = {}, ignoredFields = {} } = vector.options ?? {};
  const filters = new Map<string, FieldFilter>();
  for (const [version, { exclude }] of Object.entries(ignoreFilter)) {
    filters.set(version, excludeFilter(setOf(exclude)));
  }
  for (const [version, paths] of Object.entries(ignoredFields))
    filters.set(version, excludeFilter(setOf(paths)));
  return filters;
}

function unchanged<T>(inputs: readonly TypedValue[], action: () => T): T {
  const before: readonly JsonValue[] = structuredClone(inputs.map((input) => input.value));
  const result = action();
  assert.deepEqual(
    inputs.map((input) => input.value),
    before,
    'an input was changed',
  );
  return result;
}
