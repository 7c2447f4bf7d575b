import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import { costText, mayExceed, readCost } from '../src/stack/plan-cost.ts';

const told = (values: Readonly<Record<string, unknown>>): ReturnType<typeof readCost> =>
  readCost(Buffer.from(JSON.stringify({ version: '0.2', currency: 'EUR', projects: [], ...values })));

test('the totals of Infracost are taken digit by digit', () => {
  const cost = told({
    totalMonthlyCost: '1303.2799999999999999',
    pastTotalMonthlyCost: '743.64',
    diffTotalMonthlyCost: '559.6399999999999999',
  });
  deepEqual(cost, {
    currency: 'EUR',
    monthly: '1303.2799999999999999',
    monthlyBefore: '743.64',
    monthlyChange: '559.6399999999999999',
  });
  equal(cost && costText(cost), '1303.28 EUR a month, +559.64');
});

test('a plan without anything before it adds all of it', () => {
  const cost = told({ totalMonthlyCost: '10', pastTotalMonthlyCost: null });
  deepEqual([cost?.monthlyBefore, cost?.monthlyChange], ['0', '10']);
});

test('savings are negative, and nothing is rounded to more or less than it is', () => {
  const text = (change: string): string => {
    const cost = told({ totalMonthlyCost: '100.005', diffTotalMonthlyCost: change });
    return cost ? costText(cost) : '';
  };
  equal(text('-12.345'), '100.01 EUR a month, -12.35');
  equal(text('-0.001'), '100.01 EUR a month, +0.00');
  equal(text('0'), '100.01 EUR a month, +0.00');
});

test('what has no total, or no currency, is no cost', () => {
  for (const values of [
    {},
    { totalMonthlyCost: 12 },
    { totalMonthlyCost: '1e9' },
    { totalMonthlyCost: null },
  ])
    equal(told(values), undefined);
  equal(told({ totalMonthlyCost: '1', currency: 'money' }), undefined);
  for (const text of ['', '{', '[]', 'null']) equal(readCost(Buffer.from(text)), undefined);
});

test('a bound is compared without rounding, and what nobody can tell may exceed it', () => {
  const by = (change: string, bound: string): boolean => {
    const cost = told({ totalMonthlyCost: '1000', diffTotalMonthlyCost: change });
    return cost !== undefined && mayExceed(cost, bound);
  };
  equal(by('100.000000000000000001', '100'), true);
  equal(by('100', '100.00'), false);
  equal(by('-5', '0'), false);
  equal(by('0.01', '0'), true);
  equal(mayExceed({ problem: 'nobody knows' }, '1000000'), true);
});
