import type { Client, ObjectName } from '@plinth/kernel';
import type { HttpFields, KeySelector } from './http-fields.ts';
import type { HttpClientOptions, TlsMaterial } from './ports.ts';

const secrets = { group: '', resource: 'secrets' } as const;
const configMaps = { group: '', resource: 'configmaps' } as const;

/** How Node spells versions of TLS. */
const tlsVersions = { TLS10: 'TLSv1', TLS11: 'TLSv1.1', TLS12: 'TLSv1.2', TLS13: 'TLSv1.3' } as const;

/** A value that is referred to is not there. Says where it should be, never what stands there. */
export class CredentialsError extends Error {
  override name = 'CredentialsError';
}

/** Reads the values that specs refer to, in one namespace. */
export class References {
  readonly #client: Client;
  readonly #namespace: string;

  constructor(client: Client, namespace: string) {
    this.#client = client;
    this.#namespace = namespace;
  }

  /** How a server is reached. @throws CredentialsError */
  httpOptions(fields: HttpFields, reach: HttpClientOptions['reach']): HttpClientOptions {
    const authorization = this.#authorization(fields);
    const tls = this.#tls(fields.tlsConfig);
    return {
      reach,
      ...(authorization === undefined ? {} : { authorization }),
      ...(tls === undefined ? {} : { tls }),
    };
  }

  #authorization({ basicAuth, authorization }: HttpFields): string | undefined {
    if (basicAuth) {
      const username = this.#secret(basicAuth.username) ?? '';
      const password = this.#secret(basicAuth.password) ?? '';
      return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
    }
    const credentials = this.#secret(authorization?.credentials);
    if (credentials === undefined) return undefined;
    // What is no header value is refused by the client with its text in the message.
    if (/[^\t\x20-\x7e\x80-\xff]/.test(credentials)) {
      throw new CredentialsError('the credentials have characters that a header cannot have');
    }
    return `${authorization?.type?.trim() || 'Bearer'} ${credentials}`;
  }

  #tls(fields: HttpFields['tlsConfig']): TlsMaterial | undefined {
    if (!fields) return undefined;
    const ca = this.#secretOrConfigMap(fields.ca);
    const cert = this.#secretOrConfigMap(fields.cert);
    const key = this.#secret(fields.keySecret, false);
    if ((cert === undefined) !== (key === undefined)) {
      throw new CredentialsError(
        cert === undefined ? 'a client key without a certificate' : 'a client certificate without a key',
      );
    }
    return {
      isVerified: fields.insecureSkipVerify !== true,
      ...(ca === undefined ? {} : { ca }),
      ...(cert === undefined ? {} : { cert }),
      ...(key === undefined ? {} : { key }),
      ...(fields.serverName === undefined ? {} : { serverName: fields.serverName }),
      ...(fields.minVersion === undefined ? {} : { minVersion: tlsVersions[fields.minVersion] }),
      ...(fields.maxVersion === undefined ? {} : { maxVersion: tlsVersions[fields.maxVersion] }),
    };
  }

  #secretOrConfigMap(
    source: { readonly secret?: KeySelector; readonly configMap?: KeySelector } | undefined,
  ): string | undefined {
    return this.#secret(source?.secret, false) ?? this.#configMap(source?.configMap);
  }

  /** @param isLine - a line end behind the value, as editors leave it, is no part of it */
  #secret(selector: KeySelector | undefined, isLine = true): string | undefined {
    if (!selector) return undefined;
    const data = this.#client.get(secrets, this.#name(selector))?.['data'];
    const text = valueOf(data, selector.key);
    if (text === undefined) return absent('Secret', selector);
    const value = Buffer.from(text, 'base64').toString();
    return isLine ? value.trim() : value;
  }

  #configMap(selector: KeySelector | undefined): string | undefined {
    if (!selector) return undefined;
    const object = this.#client.get(configMaps, this.#name(selector));
    return valueOf(object?.['data'], selector.key) ?? absent('ConfigMap', selector);
  }

  #name({ name = '' }: KeySelector): ObjectName {
    return { namespace: this.#namespace, name };
  }
}

function valueOf(data: unknown, key: string): string | undefined {
  if (typeof data !== 'object' || data === null || !Object.hasOwn(data, key)) return undefined;
  const value: unknown = Reflect.get(data, key);
  return typeof value === 'string' ? value : undefined;
}

function absent(kind: 'Secret' | 'ConfigMap', { name = '', key, optional }: KeySelector): undefined {
  if (optional !== true) throw new CredentialsError(`there is no key ${key} in ${kind} ${name}`);
}
