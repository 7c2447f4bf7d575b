import type { HttpReply, StatusError } from '@plinth/kernel';
import { writtenHeaders } from '@plinth/remote-write';
import { type ApiErrorType, errorBody } from './api-error.ts';

const types: Readonly<Record<number, ApiErrorType>> = {
  400: 'bad_data',
  401: 'unauthorized',
  403: 'forbidden',
  404: 'not_found',
  405: 'bad_data',
  413: 'bad_data',
  415: 'bad_data',
  422: 'execution',
  429: 'too_many_requests',
  503: 'unavailable',
};

/** A refusal of the kernel, as the Prometheus API says errors. */
export function refusal({ code, message }: StatusError): HttpReply {
  return {
    status: code,
    contentType: 'application/json',
    body: errorBody(types[code] ?? 'internal', message),
  };
}

/** The same for senders of samples, which read text, and headers that say that nothing was written. */
export function textRefusal({ code, message }: StatusError): HttpReply {
  return {
    status: code,
    contentType: 'text/plain; charset=utf-8',
    headers: writtenHeaders({ samples: 0, histograms: 0, exemplars: 0 }),
    body: `${message}\n`,
  };
}
