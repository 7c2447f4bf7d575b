import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { conflictsFromManagers, conflictsToSet, conflictsToString } from '../../src/index.ts';
import { type ConflictCase, corpusMissing, readConflictFile, readMergeFile } from './corpus.ts';
import { Replay, setOf } from './replay.ts';
import { skips } from './skips.ts';

/** Number of vectors in each file, as the README of the corpus states them. */
const MERGE_FILES: Readonly<Record<string, number>> = {
  deduced_test: 10,
  default_keys_test: 8,
  duplicates_test: 15,
  extract_apply_test: 15,
  field_level_overrides_test: 4,
  ignore_test: 11,
  key_test: 1,
  leaf_test: 11,
  multiple_appliers_test: 206,
  nested_test: 15,
  obsolete_versions_test: 2,
  preserve_unknown_test: 1,
  schema_change_test: 8,
  set_test: 10,
};
const CONFLICT_VECTORS = 3;

let passed = 0;

function check(name: string, run: () => void): void {
  it(name, () => {
    const reason = skips.get(name);
    if (reason === undefined) {
      run();
      passed++;
    } else {
      assert.throws(run, Error, `skipped (${reason}) but passes: ${name}`);
    }
  });
}

function checkConflict(vector: ConflictCase): void {
  const managers = new Map(
    Object.entries(vector.managers).map(([id, { apiVersion, paths }]) => [
      id,
      { fieldSet: setOf(paths), apiVersion, applied: false },
    ]),
  );
  const conflicts = conflictsFromManagers(managers);
  assert.ok(vector.expectErrorText !== undefined || vector.expectPaths !== undefined);
  if (vector.expectErrorText !== undefined)
    assert.equal(conflictsToString(conflicts), vector.expectErrorText);
  if (vector.expectPaths !== undefined) {
    assert.equal(conflictsToSet(conflicts).toString(), setOf(vector.expectPaths).toString());
  }
}

describe('structured-merge-diff vectors', { skip: corpusMissing }, () => {
  if (corpusMissing !== false) return;
  for (const [name, count] of Object.entries(MERGE_FILES)) {
    const file = readMergeFile(name);
    it(`${name} has ${count} vectors`, () => assert.equal(file.cases.length, count));
    for (const vector of file.cases) {
      check(`${name}/${vector.name}`, () => {
        for (const reverse of [false, true]) new Replay(file, vector, reverse).run();
      });
    }
  }
  const { cases } = readConflictFile();
  it('conflict_test has 3 vectors', () => assert.equal(cases.length, CONFLICT_VECTORS));
  for (const vector of cases) check(`conflict_test/${vector.name}`, () => checkConflict(vector));
  it('passes 320 vectors, less the skips', () => assert.equal(passed, 320 - skips.size));
});
