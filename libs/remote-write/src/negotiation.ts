/** Versions of the protocol. */
export type RemoteWriteVersion = '1.0' | '2.0';

/** The headers that say how a request is to be read. */
export interface WriteRequestHeaders {
  readonly contentType: string | undefined;
  readonly contentEncoding: string | undefined;
}

/** How a request is to be read, or why it cannot be. */
export type Negotiation =
  | { readonly ok: true; readonly version: RemoteWriteVersion }
  | { readonly ok: false; readonly status: 415; readonly message: string };

const mediaType = 'application/x-protobuf';

const versionOfMessage: ReadonlyMap<string, RemoteWriteVersion> = new Map([
  ['prometheus.WriteRequest', '1.0'],
  ['io.prometheus.write.v2.Request', '2.0'],
]);

/**
 * Chooses the message by the content type alone: a 2.0 body that is read as 1.0 is an empty request without fault. Requests without
 * content type or encoding come from old 1.0 senders and are taken as snappy.
 * Spec: Prometheus remote write 2.0-rc.4, "Protocol"; RFC 9110, section 5.6.6 (parameters).
 */
export function negotiateWrite(headers: WriteRequestHeaders): Negotiation {
  const { contentEncoding } = headers;
  if (contentEncoding && contentEncoding.trim().toLowerCase() !== 'snappy') {
    return refusal(
      `${contentEncoding} encoding (compression) is not accepted by this server; only snappy is acceptable`,
    );
  }
  const contentType = headers.contentType?.trim() || mediaType;
  const [type = '', ...parameters] = contentType.split(';');
  if (type.trim().toLowerCase() !== mediaType) {
    return refusal(`expected ${mediaType} as the first (media) part, got ${contentType} content-type`);
  }
  for (const parameter of parameters) {
    const [name = '', value, ...rest] = parameter.split('=');
    if (value === undefined || rest.length > 0) {
      return refusal(`expected parameters to be key-values, got ${parameter} in ${contentType} content-type`);
    }
    if (name.trim().toLowerCase() !== 'proto') continue;
    const version = versionOfMessage.get(unquoted(value.trim()));
    return version === undefined
      ? refusal(`got ${contentType} content type; unknown remote write protobuf message ${value}`)
      : { ok: true, version };
  }
  return { ok: true, version: '1.0' };
}

function unquoted(value: string): string {
  return value.length >= 2 && value.startsWith('"') && value.endsWith('"') ? value.slice(1, -1) : value;
}

function refusal(message: string): Negotiation {
  return { ok: false, status: 415, message };
}

/** The headers that a sender puts on its requests. */
export function writeRequestHeaders(version: RemoteWriteVersion): Readonly<Record<string, string>> {
  const isFirst = version === '1.0';
  return {
    'content-encoding': 'snappy',
    'content-type': isFirst ? mediaType : `${mediaType};proto=io.prometheus.write.v2.Request`,
    'x-prometheus-remote-write-version': isFirst ? '0.1.0' : '2.0.0',
  };
}
