import { describe, it } from 'node:test';
import { check, type Example, fails, is, refused } from './expectation.ts';

/** The examples of the documentation and the tests of Kubernetes (library/quantity_test.go). */
const examples: readonly Example[] = [
  ['quantity("12Mi") == quantity("12582912")', is(true)],
  ['quantity("10Mo")', fails(/quantities must match the regular expression/)],
  ['quantity("10Mm")', fails(/unable to parse quantity's suffix/)],
  ['quantity("")', fails(/must match/)],
  ['quantity(".")', fails(/must match/)],
  ['isQuantity("20")', is(true)],
  ['isQuantity("20M")', is(true)],
  ['isQuantity("20Mi")', is(true)],
  ['isQuantity("20Mo")', is(false)],
  ['isQuantity("10Mm")', is(false)],
  ['isQuantity("1.3Gi")', is(true)],
  ['isQuantity("1.3G")', is(true)],
  ['isQuantity("1,3G")', is(false)],
  ['isQuantity("Three")', is(false)],
  ['isQuantity("Mi")', is(false)],
  ['isQuantity([1, 2, 3])', refused(/found no matching overload for 'isQuantity' applied to/)],
  ['quantity("200M") == quantity("200M")', is(true)],
  ['quantity("200M") == quantity("0.2G") && quantity("0.2G") == quantity("200M")', is(true)],
  [
    'quantity("2M") == quantity("0.002G") && quantity("2000k") == quantity("2M") && quantity("0.002G") == quantity("2000k")',
    is(true),
  ],
  ['quantity("200M") == quantity("0.3G")', is(false)],
  ['quantity("50M").isLessThan(quantity("50Mi"))', is(true)],
  ['quantity("50M").isLessThan(quantity("100M"))', is(true)],
  ['quantity("100M").isLessThan(quantity("50M"))', is(false)],
  ['quantity("50Mi").isGreaterThan(quantity("50M"))', is(true)],
  ['quantity("150Mi").isGreaterThan(quantity("100Mi"))', is(true)],
  ['quantity("50M").isGreaterThan(quantity("100M"))', is(false)],
  ['quantity("200M").compareTo(quantity("0.2G"))', is(0n)],
  ['quantity("50M").compareTo(quantity("50Mi"))', is(-1n)],
  ['quantity("50Mi").compareTo(quantity("50M"))', is(1n)],
  ['quantity("50k").add(quantity("20")) == quantity("50.02k")', is(true)],
  ['quantity("50k").add(20).isLessThan(quantity("50020"))', is(false)],
  ['quantity("50k").sub(quantity("20")) == quantity("49.98k")', is(true)],
  ['quantity("50k").sub(20) == quantity("49980")', is(true)],
  ['quantity("50k").add(20).sub(quantity("100k")).asInteger()', is(-49980n)],
  ['quantity("50k").add(20).sub(quantity("100k")).sub(-50000).asInteger()', is(20n)],
  ['quantity("50k").asInteger()', is(50000n)],
  ['quantity("500000G").asInteger()', is(500_000_000_000_000n)],
  [
    'quantity("9999999999999999999999999999999999999G").asInteger()',
    fails(/cannot convert value to integer/),
  ],
  ['quantity("9999999999999999999999999999999999999G").isInteger()', is(false)],
  ['quantity("50").isInteger()', is(true)],
  ['quantity("500m").isInteger()', is(false)],
  ['quantity("50.703k").asApproximateFloat()', is(50703)],
  ['quantity("-1k").sign()', is(-1n)],
  ['quantity("0").sign()', is(0n)],
  ['quantity("1e3") == quantity("1k") && quantity("1E3") == quantity("1k")', is(true)],
  ['quantity("1E") == quantity("1000P")', is(true)],
  // Finer than a billionth is rounded away from zero, and an exponent beyond reason is refused.
  ['quantity("0.0000000001") == quantity("1n")', is(true)],
  ['isQuantity("1e1000000000")', is(false)],
  ['type(quantity("1")) == kubernetes.Quantity', is(true)],
];

describe('quantity library', () => {
  for (const example of examples) it(example[0], () => check(example));
});
