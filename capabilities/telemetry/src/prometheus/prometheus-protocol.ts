import type { HttpAccess, HttpEndpoint, HttpProtocol, HttpReply, HttpRequest } from '@plinth/kernel';
import { queryBodyBytesMax } from '../limits.ts';
import type { ApiQuestion, ApiReply, ApiRequest } from './api-exchange.ts';
import { metadataAnswer } from './metadata.ts';
import type { MetricMetadata } from './metrics-reader.ts';
import { Parameters } from './parameters.ts';
import { prometheusPrefix, telemetryGroup } from './prefix.ts';
import { refusal, textRefusal } from './refusal.ts';
import { serverStatus } from './server-status.ts';

const root = `${prometheusPrefix}/api/v1`;

const read: HttpAccess = { verb: 'get', resource: 'metrics' };

/** What the protocol stands on. */
export interface PrometheusProtocolOptions {
  /** Answers what is asked of the data. */
  ask(request: ApiRequest, signal: AbortSignal): Promise<ApiReply>;
  /** Answers which exemplars there are. */
  exemplars(request: Pick<ApiRequest, 'query' | 'form'>): Promise<ApiReply>;
  /** What is known about metrics, by name. */
  readonly metadata: () => Promise<readonly (readonly [name: string, metadata: MetricMetadata])[]>;
  /** Answers of which the data knows nothing: rules, alerts, targets. Keyed by the path below `/api/v1`. */
  readonly lists: Readonly<Record<string, (query: URLSearchParams) => HttpReply>>;
  /** Takes samples, deletes series. */
  readonly writes: readonly HttpEndpoint[];
  /** The present, in milliseconds since the epoch. */
  nowMs(): number;
  /** When the process started. */
  readonly startedAtMs: number;
  /** Version of the program. */
  readonly version: string;
}

/** The HTTP API of Prometheus, as Grafana and promtool use it. Spec: Prometheus 3.14, HTTP API. */
export function prometheusProtocol(options: PrometheusProtocolOptions): HttpProtocol {
  const answer = (
    path: string,
    isForm: boolean,
    reply: (request: HttpRequest) => Promise<ApiReply>,
  ): HttpEndpoint => ({
    methods: isForm ? ['GET', 'POST'] : ['GET'],
    path: `${root}${path}`,
    access: read,
    bodyBytesMax: isForm ? queryBodyBytesMax : 0,
    async handle(request) {
      const { status, body } = await reply(request);
      return { status, contentType: 'application/json', body };
    },
  });
  const ask = (question: ApiQuestion, path: string, isForm = true): HttpEndpoint =>
    answer(path, isForm, (request) =>
      options.ask({ question, ...requestOf(request, options.nowMs()) }, request.signal),
    );
  const list = (path: string, answer: (query: URLSearchParams) => HttpReply): HttpEndpoint => ({
    methods: ['GET'],
    path: `${root}${path}`,
    access: read,
    bodyBytesMax: 0,
    handle: ({ query }) => answer(query),
  });
  return {
    prefix: prometheusPrefix,
    group: telemetryGroup,
    endpoints: [
      ask('query', '/query'),
      ask('query_range', '/query_range'),
      answer('/query_exemplars', true, (request) => options.exemplars(requestOf(request, options.nowMs()))),
      ask('format_query', '/format_query'),
      ask('parse_query', '/parse_query'),
      ask('labels', '/labels'),
      ask('label_values', '/label/{name}/values', false),
      ask('series', '/series'),
      answer('/metadata', false, async ({ query }) =>
        metadataAnswer(new Parameters(query.toString()), await options.metadata()),
      ),
      ask('tsdb_status', '/status/tsdb', false),
      ...Object.entries(serverStatus(options)).map(([path, data]) => list(path, () => success(data()))),
      ...Object.entries(options.lists).map(([path, answer]) => list(path, answer)),
      ...options.writes,
    ],
    refuse: (error, { path }) => (path.endsWith(`${root}/write`) ? textRefusal(error) : refusal(error)),
  };
}

/** Data as the API answers it. */
export function success(data: unknown): HttpReply {
  return { status: 200, contentType: 'application/json', body: JSON.stringify({ status: 'success', data }) };
}

function requestOf(request: HttpRequest, nowMs: number): Omit<ApiRequest, 'question'> {
  const { query, body, parameters, headers } = request;
  const isForm = headers['content-type']?.startsWith('application/x-www-form-urlencoded') === true;
  const { name } = parameters;
  return {
    query: query.toString(),
    form: isForm ? body.toString() : '',
    ...(name === undefined ? {} : { name }),
    nowMs,
  };
}
