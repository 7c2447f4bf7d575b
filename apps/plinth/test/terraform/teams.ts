import { textAt } from '../harness/https-client.ts';
import type { TestServer } from '../harness/test-server.ts';

/** Tokens of service accounts in namespace `prod`, by what they may do with states there. */
export interface Teams {
  /** Reads, writes, locks and unlocks. */
  readonly builder: string;
  /** Takes locks of others away besides. */
  readonly lead: string;
  /** Reads states and nothing else. */
  readonly reader: string;
  /** May view all objects, and no content of states. */
  readonly viewer: string;
}

const namespace = 'prod';
const group = 'infra.plinth.dev';

const rules = {
  builder: [
    { apiGroups: [group], resources: ['terraformstates/content'], verbs: ['get', 'update'] },
    { apiGroups: [group], resources: ['terraformstates/lock'], verbs: ['update'] },
    { apiGroups: [group], resources: ['terraformstates/versions'], verbs: ['get'] },
  ],
  lead: [{ apiGroups: [group], resources: ['*'], verbs: ['*'] }],
  reader: [{ apiGroups: [group], resources: ['terraformstates/content'], verbs: ['get'] }],
  viewer: [],
} as const;

/** Makes the namespace and its service accounts. */
export async function makeTeams(server: TestServer): Promise<Teams> {
  await made(server, '/api/v1/namespaces', { metadata: { name: namespace } });
  const tokenOf = async (name: keyof typeof rules): Promise<string> => {
    const accounts = `/api/v1/namespaces/${namespace}/serviceaccounts`;
    await made(server, accounts, { metadata: { name } });
    const rbac = `/apis/rbac.authorization.k8s.io/v1/namespaces/${namespace}`;
    await made(server, `${rbac}/roles`, { metadata: { name }, rules: rules[name] });
    const subjects = [{ kind: 'ServiceAccount', name, namespace }];
    const bind = async (kind: string, role: string): Promise<void> => {
      const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind, name: role };
      await made(server, `${rbac}/rolebindings`, {
        metadata: { name: `${name}-${role}` },
        roleRef,
        subjects,
      });
    };
    await bind('Role', name);
    if (name === 'viewer') await bind('ClusterRole', 'view');
    const request = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: {} };
    const { json } = await server.admin.post(`${accounts}/${name}/token`, request);
    return textAt(json, 'status', 'token');
  };
  return {
    builder: await tokenOf('builder'),
    lead: await tokenOf('lead'),
    reader: await tokenOf('reader'),
    viewer: await tokenOf('viewer'),
  };
}

async function made({ admin }: TestServer, path: string, object: object): Promise<void> {
  const { status, text } = await admin.post(path, object);
  if (status !== 201) throw new Error(`making ${path}: ${text}`);
}
