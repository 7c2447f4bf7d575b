import { deepEqual, equal } from 'node:assert/strict';
import { isObject } from '@plinth/kernel';
import { Engine } from '@plinth/promql';
import type { ApiQuestion } from '../src/prometheus/api-exchange.ts';
import { QueryApi } from '../src/prometheus/query-api.ts';
import { MemoryMetrics } from './memory-metrics.ts';

/** The series of TestEndpoints and more. Spec: Prometheus 3.14, web/api/v1/api_test.go. */
const metrics = new MemoryMetrics(
  [
    'test_metric1{foo="bar"} 0+100x100',
    'test_metric1{foo="boo"} 1+0x100',
    'test_metric2{foo="boo"} 1+0x100',
    'test_metric3{foo="bar", dup="1"} 1+0x100',
    'test_metric3{foo="boo", dup="1"} 1+0x100',
    'test_metric4{foo="bar", dup="1"} 1+0x100',
    'test_metric4{foo="boo", dup="1"} 1+0x100',
    'test_metric4{foo="boo"} 1+0x100',
    'test_metric5{"host.name"="localhost"} 1+0x100',
    String.raw`test_metric5{"junk\n{},=:  chars"="bar"} 1+0x100`,
    'special{is="nan"} NaN NaN',
    'special{is="inf"} Inf Inf',
    'special{is="small"} 1e-7 1e-7',
    'special{is="large"} 1e21 1e21',
    'ended 1 2 stale',
    'native {{schema:0 count:10 sum:18.4 z_bucket:2 z_bucket_w:0.001 buckets:[1 2] n_buckets:[5]}}x3',
    'mixed 1 {{schema:0 count:1 sum:1 buckets:[1]}} 3',
  ],
  60_000,
);

/** Names and values of parameters, in order. */
export type Values = readonly (readonly [name: string, value: string])[];

/** Asks, as GET and as POST; both must give the same. */
export async function ask(
  question: ApiQuestion,
  values: Values = [],
  { name, samplesMax, isCanceled }: { name?: string; samplesMax?: number; isCanceled?: () => boolean } = {},
): Promise<{ status: number; body: string; json: Record<string, unknown> }> {
  const api = new QueryApi(new Engine(samplesMax === undefined ? {} : { samplesMax }), tickingClock());
  const text = new URLSearchParams(values.map(([key, value]): [string, string] => [key, value])).toString();
  const shared = { question, nowMs: 6_000_000, ...(name === undefined ? {} : { name }) };
  const cancellation = isCanceled ? { isCanceled } : {};
  const [got, posted] = [
    await api.answer(metrics, { ...shared, query: text, form: '' }, cancellation),
    await api.answer(metrics, { ...shared, query: '', form: text }, cancellation),
  ];
  const withoutTimes = (body: string): string => body.replaceAll(/Time":[\d.e-]+/g, 'Time":0');
  deepEqual([posted.status, withoutTimes(String(posted.body))], [got.status, withoutTimes(String(got.body))]);
  const body = String(got.body);
  return { status: got.status, body, json: objectOf(body) };
}

/** A clock that goes on by a millisecond whenever it is asked. */
export function tickingClock(): () => number {
  let now = 0;
  return () => now++;
}

/** The data of an answer that is a success. */
export async function dataOf(...asked: Parameters<typeof ask>): Promise<unknown> {
  const { status, body, json } = await ask(...asked);
  equal(status, 200, body);
  equal(json['status'], 'success');
  return json['data'];
}

/** Status, kind and text of a refusal. */
export async function refusalOf(...asked: Parameters<typeof ask>): Promise<string> {
  const { status, json } = await ask(...asked);
  equal(json['status'], 'error');
  equal('data' in json, false);
  return `${status} ${String(json['errorType'])}: ${String(json['error'])}`;
}

/** @throws Error when the text is no object. */
export function objectOf(text: string): Record<string, unknown> {
  const value: unknown = JSON.parse(text);
  if (!isObject(value)) throw new Error(`no object: ${text}`);
  return value;
}
