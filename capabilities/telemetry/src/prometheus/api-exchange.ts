/** What the query side of the Prometheus API answers; each is asked for with the parameters of its HTTP endpoint. */
export const apiQuestions = [
  'query',
  'query_range',
  'format_query',
  'parse_query',
  'labels',
  'label_values',
  'series',
  'tsdb_status',
] as const;

export type ApiQuestion = (typeof apiQuestions)[number];

/** A request of the Prometheus API, as it is handed to whoever has the data. */
export interface ApiRequest {
  readonly question: ApiQuestion;
  /** The query string of the URL, without the question mark. */
  readonly query: string;
  /** The body of a form; empty when there is none. */
  readonly form: string;
  /** What stands in the path: the name of a label. */
  readonly name?: string;
  /** The present, in milliseconds since the epoch. */
  readonly nowMs: number;
  /** For the status of the database, which only who writes knows of; absent: the head is empty. */
  readonly headTimes?: HeadTimes | undefined;
}

/** First and last instant in the head, in milliseconds since the epoch. */
export interface HeadTimes {
  readonly minTime: number;
  readonly maxTime: number;
}

/** The answer: the body is JSON. */
export interface ApiReply {
  readonly status: number;
  readonly body: string | Uint8Array;
}
