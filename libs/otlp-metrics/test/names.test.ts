import assert from 'node:assert/strict';
import { test } from 'node:test';
import { labelNameOf, metricNameOf, NameError } from '../src/names.ts';
import { unitName } from '../src/units.ts';
import { metricNameCases } from './metric-name-cases.ts';

function nameOrFault(name: () => string): string {
  try {
    return name();
  } catch (error) {
    if (error instanceof NameError) return error.message;
    throw error;
  }
}

test(`names of metrics: ${metricNameCases.length} cases of otlptranslator`, () => {
  for (const [strategy, kind, name, unit, expected, expectedUnit] of metricNameCases) {
    assert.equal(
      nameOrFault(() => metricNameOf({ name, unit, kind }, strategy)),
      expected,
      `${strategy} ${kind} ${name} ${unit}`,
    );
    if (expectedUnit !== '') assert.equal(unitName(unit), expectedUnit);
  }
});

/** What becomes of a name: collapsed, with underscores kept, collapsed and prefixed, kept and prefixed. */
const labelCases: readonly (readonly [
  name: string,
  collapsed: string,
  kept?: string,
  prefixed?: string,
  both?: string,
])[] = [
  ['label:with:colons', 'label_with_colons'],
  ['LabelWithCapitalLetters', 'LabelWithCapitalLetters'],
  ['label!with&special$chars)', 'label_with_special_chars_'],
  [
    'label_with_foreign_characters_字符',
    'label_with_foreign_characters_',
    'label_with_foreign_characters___',
  ],
  ['.foo', '_foo', '_foo', 'key_foo', 'key_foo'],
  ['123label', 'key_123label'],
  ['__two', '_two', '__two', 'key_two', '__two'],
  ['label.name__with&&special##chars', 'label_name_with_special_chars', 'label_name__with__special__chars'],
  ['__reserved__label__name__', '__reserved_label_name__', '__reserved__label__name__'],
  ['trailing___', 'trailing_', 'trailing___'],
  ['', 'label name is empty'],
  [
    'ようこそ',
    'normalization for label name "ようこそ" resulted in invalid name "_"',
    'normalization for label name "ようこそ" resulted in invalid name "____"',
    'key_',
    'normalization for label name "ようこそ" resulted in invalid name "____"',
  ],
];

test('names of labels', () => {
  const strategy = 'UnderscoreEscapingWithSuffixes';
  for (const [name, collapsed, kept = collapsed, prefixed = collapsed, both = kept] of labelCases) {
    for (const [areUnderscoresKept, isUnderscorePrefixed, expected] of [
      [false, false, collapsed],
      [true, false, kept],
      [false, true, prefixed],
      [true, true, both],
    ] as const) {
      const found = nameOrFault(() =>
        labelNameOf(name, { strategy, areUnderscoresKept, isUnderscorePrefixed }),
      );
      assert.equal(found, expected, `${name} ${areUnderscoresKept} ${isUnderscorePrefixed}`);
    }
  }
  const untouched = {
    strategy: 'NoTranslation',
    areUnderscoresKept: true,
    isUnderscorePrefixed: true,
  } as const;
  assert.equal(
    nameOrFault(() => labelNameOf('a.b ü', untouched)),
    'a.b ü',
  );
  assert.equal(
    nameOrFault(() => labelNameOf('__', untouched)),
    'label name "__" contains only underscores',
  );
});
