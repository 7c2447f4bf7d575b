import { type FieldError, invalidValue } from '@plinth/structural-schema';
import { defineKind, type KindDefinition, listMapOf, resourceOf } from '../model/define-kind.ts';
import type { KubeObject } from '../model/object.ts';
import type { SubresourceAction, WriteContext } from '../model/resource-type.ts';
import { invalid } from '../model/status-error.ts';
import { Type } from '../model/type-builders.ts';
import { formatTime } from '../ports/clock.ts';
import { listOfValues, recordOf, textOf, textsOf } from './field-access.ts';
import { flag, instant, int64, listOf, objectReference, struct, text, texts } from './schema-fields.ts';

const defaultSeconds = 3600;
const secondsMin = 600;
const secondsMax = 2 ** 32;

/** What is wanted of a token for a service account. */
export interface TokenOrder {
  readonly serviceAccount: KubeObject;
  /** Whom the token is meant for; empty means this API server. */
  readonly audiences: readonly string[];
  readonly expirationSeconds: number;
  /** The token ends when this object does. */
  readonly boundObject?: {
    readonly apiVersion: string;
    readonly kind: string;
    readonly name: string;
    readonly uid: string;
  };
  readonly nowMs: number;
}

/** A signed token. */
export interface IssuedToken {
  readonly token: string;
  readonly audiences: readonly string[];
  readonly expiresAtMs: number;
}

/** Signs a token for a service account; throws a StatusError when the bound object is not as named. */
export type IssueToken = (order: TokenOrder) => IssuedToken | Promise<IssuedToken>;

const tokenRequestKind = defineKind({
  group: 'authentication.k8s.io',
  version: 'v1',
  kind: 'TokenRequest',
  plural: 'tokenrequests',
  scope: 'Namespaced',
  statusSubresource: false,
  verbs: ['create'],
  description: 'A TokenRequest asks for a token of a service account.',
  fields: {
    spec: Type.Optional(
      struct('What kind of token is asked for.', {
        audiences: texts('Whom the token is meant for. Empty means this API server.'),
        boundObjectRef: Type.Optional(
          struct('The token ends when this object does.', {
            apiVersion: text('Group and version of the object.'),
            kind: text('Kind of the object.'),
            name: text('Name of the object.'),
            uid: text('Unique id of the object.'),
          }),
        ),
        expirationSeconds: int64(
          'For how many seconds the token should be valid; an hour by default, at least 600.',
        ),
      }),
    ),
    status: Type.Optional(
      struct('The token, filled in by the server.', {
        expirationTimestamp: instant('When the token expires.'),
        token: text('The token.'),
      }),
    ),
  },
});

function orderErrors(spec: Record<string, unknown>): FieldError[] {
  const { expirationSeconds: seconds } = spec;
  if (typeof seconds !== 'number') return [];
  const field = 'spec.expirationSeconds';
  if (seconds < secondsMin)
    return [invalidValue(field, seconds, 'may not specify a duration less than 10 minutes')];
  if (seconds > secondsMax) {
    return [invalidValue(field, seconds, 'may not specify a duration larger than 2^32 seconds')];
  }
  return [];
}

async function answerTokenRequest(
  serviceAccount: KubeObject,
  body: KubeObject,
  context: WriteContext,
  issueToken: IssueToken,
): Promise<KubeObject> {
  const spec = recordOf(body['spec']);
  const errors = orderErrors(spec);
  if (errors.length > 0)
    throw invalid('authentication.k8s.io', 'TokenRequest', serviceAccount.metadata.name, errors);
  const { boundObjectRef: bound } = spec;
  const seconds = spec['expirationSeconds'];
  const expirationSeconds = typeof seconds === 'number' ? seconds : defaultSeconds;
  const { apiVersion, kind, name, uid } = recordOf(bound);
  const boundObject = {
    apiVersion: textOf(apiVersion),
    kind: textOf(kind),
    name: textOf(name),
    uid: textOf(uid),
  };
  const issued = await issueToken({
    serviceAccount,
    audiences: textsOf(spec['audiences']),
    expirationSeconds,
    nowMs: context.nowMs,
    ...(bound === undefined ? {} : { boundObject }),
  });
  return {
    ...body,
    spec: { ...spec, audiences: [...issued.audiences], expirationSeconds },
    status: { token: issued.token, expirationTimestamp: formatTime(issued.expiresAtMs) },
  };
}

/**
 * ServiceAccount, with the subresource `token` that issues tokens for it.
 *
 * Spec: Kubernetes core/v1 ServiceAccount, authentication.k8s.io/v1 TokenRequest.
 */
export function serviceAccountKind(services: { readonly issueToken: IssueToken }): KindDefinition {
  const [request] = resourceOf(tokenRequestKind).versions;
  if (!request) throw new Error('TokenRequest has no version');
  const token: SubresourceAction = {
    group: tokenRequestKind.group,
    version: tokenRequestKind.version,
    kind: tokenRequestKind.kind,
    schema: request.schema,
    run: (parent, body, context) => answerTokenRequest(parent, body, context, services.issueToken),
  };
  return defineKind({
    group: '',
    version: 'v1',
    kind: 'ServiceAccount',
    plural: 'serviceaccounts',
    scope: 'Namespaced',
    shortNames: ['sa'],
    description: 'A ServiceAccount is an identity for programs. Tokens prove it, roles give it rights.',
    fields: {
      automountServiceAccountToken: flag(
        'Whether workloads of this account are given a token unless they say otherwise.',
      ),
      imagePullSecrets: Type.Optional(
        listOf(
          'Secrets in the same namespace for pulling images.',
          struct(
            'A secret by its name.',
            { name: text('Name of the secret.') },
            { 'x-kubernetes-map-type': 'atomic' },
          ),
        ),
      ),
      secrets: Type.Optional(
        listMapOf(objectReference('A secret by its name.'), ['name'], {
          description: 'Secrets in the same namespace that workloads of this account may use.',
        }),
      ),
    },
    columns: [
      {
        name: 'Secrets',
        type: 'string',
        description: 'The number of secrets.',
        cell: (object) => listOfValues(object['secrets']).length,
      },
    ],
    strategy: { actions: { token } },
  });
}
