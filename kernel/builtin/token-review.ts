import type { UserInfo } from '../auth/port.ts';
import { defineKind, type KindDefinition } from '../model/define-kind.ts';
import type { KubeObject } from '../model/object.ts';
import { badRequest, StatusError } from '../model/status-error.ts';
import { Type } from '../model/type-builders.ts';
import { recordOf, textOf, textsOf } from './field-access.ts';
import { flag, struct, text, texts, textsMap } from './schema-fields.ts';

/** Whom a token belongs to, and for which of the audiences asked for it is meant. */
export interface TokenOwner {
  readonly user: UserInfo;
  readonly audiences: readonly string[];
}

/**
 * Finds the owner of a bearer token.
 *
 * @param audiences who asks: the token must be meant for one of them; empty means this API server
 * @returns undefined when no authenticator knows the token
 * @throws StatusError 401 when the token is known and not valid, such as an expired one
 */
export type AuthenticateToken = (
  token: string,
  audiences: readonly string[],
) => TokenOwner | undefined | Promise<TokenOwner | undefined>;

const userInfo = struct('Who it is.', {
  extra: textsMap('Further facts about the user, as the authenticator knows them.'),
  groups: texts('Groups that the user is in.'),
  uid: text('Unique id of the user.'),
  username: text('Name of the user.'),
});

async function review(object: KubeObject, authenticate: AuthenticateToken): Promise<KubeObject> {
  const spec = recordOf(object['spec']);
  const token = textOf(spec['token']);
  if (token === '') throw badRequest('token is required for TokenReview in authentication');
  const asked = textsOf(spec['audiences']);
  try {
    const owner = await authenticate(token, asked);
    if (!owner) return { ...object, status: { user: {} } };
    const audiences = owner.audiences.length === 0 ? {} : { audiences: [...owner.audiences] };
    return { ...object, status: { authenticated: true, user: owner.user, ...audiences } };
  } catch (error) {
    if (!(error instanceof StatusError) || error.code !== 401) throw error;
    return { ...object, status: { user: {}, error: error.message } };
  }
}

/**
 * TokenReview and SelfSubjectReview: questions about identity, which are answered and not stored.
 *
 * Spec: Kubernetes authentication.k8s.io/v1.
 */
export function identityReviewKinds(services: {
  readonly authenticateToken: AuthenticateToken;
}): KindDefinition[] {
  const shared = {
    group: 'authentication.k8s.io',
    version: 'v1',
    scope: 'Cluster',
    statusSubresource: false,
    verbs: ['create'],
  } as const;
  const tokenReview = defineKind({
    ...shared,
    kind: 'TokenReview',
    plural: 'tokenreviews',
    description: 'A TokenReview asks whom a bearer token belongs to.',
    fields: {
      spec: struct('What is asked.', {
        audiences: texts('Who asks; the token must be meant for one of them. Empty means this API server.'),
        token: text('The bearer token.'),
      }),
      status: Type.Optional(
        struct('The answer, filled in by the server.', {
          audiences: texts('Audiences that were asked for and that the token is meant for.'),
          authenticated: flag('Whether the token is valid.'),
          error: text('Why the token is not valid.'),
          user: Type.Optional(userInfo),
        }),
      ),
    },
    strategy: { answer: (object) => review(object, services.authenticateToken) },
  });
  const selfReview = defineKind({
    ...shared,
    kind: 'SelfSubjectReview',
    plural: 'selfsubjectreviews',
    description: 'A SelfSubjectReview asks who the caller is.',
    fields: {
      status: Type.Optional(
        struct('The answer, filled in by the server.', { userInfo: Type.Optional(userInfo) }),
      ),
    },
    strategy: { answer: (object, context) => ({ ...object, status: { userInfo: context.user } }) },
  });
  return [tokenReview, selfReview];
}
