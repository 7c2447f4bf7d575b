import { enumOf, type FieldError, mapOf, Type } from '@plinth/kernel';
import type { Static } from 'typebox';

/** Spec: Kubernetes core/v1 SecretKeySelector and ConfigMapKeySelector. */
export const keySelector = (what: string) =>
  Type.Object(
    {
      name: Type.Optional(
        Type.String({ default: '', description: `Name of the ${what}, in the same namespace.` }),
      ),
      key: Type.String({ description: `Key in the ${what}.` }),
      optional: Type.Optional(Type.Boolean({ description: 'Whether it may be absent.' })),
    },
    { 'x-kubernetes-map-type': 'atomic', description: `A value of a ${what}.` },
  );

export const secretKey = keySelector('Secret');

const secretOrConfigMap = (description: string) =>
  Type.Optional(
    Type.Object(
      { secret: Type.Optional(secretKey), configMap: Type.Optional(keySelector('ConfigMap')) },
      { description },
    ),
  );

/** Spec: prometheus-operator, monitoring.coreos.com/v1 BasicAuth. */
export const basicAuth = Type.Optional(
  Type.Object(
    { username: Type.Optional(secretKey), password: Type.Optional(secretKey) },
    { description: 'User and password for HTTP Basic authentication. Not beside authorization.' },
  ),
);

/** Spec: prometheus-operator, monitoring.coreos.com/v1 SafeAuthorization. */
export const authorization = Type.Optional(
  Type.Object(
    {
      type: Type.Optional(
        Type.String({ description: 'Scheme of the Authorization header; Bearer by default.' }),
      ),
      credentials: Type.Optional(secretKey),
    },
    { description: 'What the Authorization header says. Not beside basicAuth.' },
  ),
);

const tlsVersions = ['TLS10', 'TLS11', 'TLS12', 'TLS13'] as const;

/** Spec: prometheus-operator, monitoring.coreos.com/v1 SafeTLSConfig. */
export const tlsFields = {
  ca: secretOrConfigMap(
    'Certificates of the authorities that are trusted, as PEM; those of the machine by default.',
  ),
  cert: secretOrConfigMap('The certificate to show, as PEM.'),
  keySecret: Type.Optional(secretKey),
  serverName: Type.Optional(
    Type.String({ description: 'The name that the certificate of the server has to be for.' }),
  ),
  insecureSkipVerify: Type.Optional(
    Type.Boolean({ description: 'Whether the certificate of the server is taken as it is.' }),
  ),
  minVersion: Type.Optional(
    enumOf(tlsVersions, { description: 'The oldest version of TLS that is spoken; TLS12 by default.' }),
  ),
  maxVersion: Type.Optional(
    enumOf(tlsVersions, { description: 'The newest version of TLS that is spoken.' }),
  ),
};

export const tlsConfig = Type.Optional(Type.Object(tlsFields, { description: 'How TLS is spoken.' }));

/** Parameters of a URL, each with its values. */
export const urlParameters = Type.Optional(
  mapOf(Type.Array(Type.String()), { description: 'Parameters of the URL.' }),
);

/** How an HTTP server is reached, as it stands in a spec. */
export interface HttpFields {
  readonly basicAuth?: Static<typeof basicAuth> | undefined;
  readonly authorization?: Static<typeof authorization> | undefined;
  readonly tlsConfig?: Static<typeof tlsConfig> | undefined;
}

export type KeySelector = Static<typeof secretKey>;

/** What is wrong with how a server is to be reached. @param field - that the fields are in */
export function httpErrors(
  field: string,
  { basicAuth: basic, authorization: bearer, tlsConfig: tls }: HttpFields,
): FieldError[] {
  const { minVersion, maxVersion } = tls ?? {};
  if (minVersion !== undefined && maxVersion !== undefined && minVersion > maxVersion) {
    return [invalidField(`${field}.tlsConfig.minVersion`, minVersion, 'is above maxVersion')];
  }
  if (basic && bearer) {
    const why = 'at most one of basic_auth, oauth2 & authorization must be configured';
    return [invalidField(`${field}.authorization`, {}, why)];
  }
  if (bearer?.type?.trim().toLowerCase() === 'basic') {
    const why = 'authorization type cannot be set to "basic", use "basic_auth" instead';
    return [invalidField(`${field}.authorization.type`, bearer.type, why)];
  }
  return [];
}

/** What is wrong with the URL of a server. */
export function urlErrors(field: string, url: string): FieldError[] {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (!parsed) return [invalidField(field, url, 'is no URL')];
  if (parsed.username === '' && parsed.password === '') return [];
  // URLs are shown.
  return [
    invalidField(field, '<hidden>', 'has a user or a password; they belong into a Secret, see basicAuth'),
  ];
}

/** A field that cannot be used, and why. */
export function invalidField(field: string, badValue: unknown, detail: string): FieldError {
  return { type: 'FieldValueInvalid', field, badValue, detail };
}
