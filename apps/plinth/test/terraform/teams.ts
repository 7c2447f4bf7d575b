import { type HttpsClient, textAt } from '../harness/https-client.ts';

/** Tokens of service accounts in namespace `prod`, by what they may do with states there. */
export interface Teams {
  /** Reads, writes, locks and unlocks, makes workspaces, plans and applies in stacks, and publishes modules and providers. */
  readonly builder: string;
  /** Takes locks of others away and deletes workspaces besides. */
  readonly lead: string;
  /** Reads states and modules and nothing else. */
  readonly reader: string;
  /** May view all objects, and no content of states. */
  readonly viewer: string;
}

const namespace = 'prod';
const group = 'infra.plinth.dev';

const rbacPath = '/apis/rbac.authorization.k8s.io/v1';

const rules = {
  builder: [
    { apiGroups: [group], resources: ['terraformstates/content'], verbs: ['get', 'update'] },
    { apiGroups: [group], resources: ['terraformstates/lock'], verbs: ['update'] },
    { apiGroups: [group], resources: ['terraformstates/versions'], verbs: ['get'] },
    { apiGroups: ['plinth.dev'], resources: ['terraformstates'], verbs: ['create', 'update'] },
    { apiGroups: [group], resources: ['modules/content'], verbs: ['get', 'create'] },
    { apiGroups: [group], resources: ['stacks/configurations', 'stacks/applies'], verbs: ['create'] },
    { apiGroups: [group], resources: ['stacks/plan'], verbs: ['get'] },
    { apiGroups: ['plinth.dev'], resources: ['runs', 'runs/log'], verbs: ['get'] },
  ],
  lead: [
    { apiGroups: [group], resources: ['*'], verbs: ['*'] },
    { apiGroups: ['plinth.dev'], resources: ['terraformstates'], verbs: ['create', 'update', 'delete'] },
  ],
  reader: [{ apiGroups: [group], resources: ['terraformstates/content', 'modules/content'], verbs: ['get'] }],
  viewer: [],
} as const;

/** Makes the namespace and its service accounts. @param root path of the virtual cluster; empty for the host */
export async function makeTeams(admin: HttpsClient, root = ''): Promise<Teams> {
  await made(admin, `${root}/api/v1/namespaces`, { metadata: { name: namespace } });
  // Providers are of no namespace.
  await made(admin, `${root}${rbacPath}/clusterroles`, {
    metadata: { name: 'provider-user' },
    rules: [{ apiGroups: [group], resources: ['providers/content'], verbs: ['get', 'create'] }],
  });
  await made(admin, `${root}${rbacPath}/clusterrolebindings`, {
    metadata: { name: 'provider-users' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'provider-user' },
    subjects: [{ kind: 'ServiceAccount', name: 'builder', namespace }],
  });
  const tokenOf = async (name: keyof typeof rules): Promise<string> => {
    const accounts = `${root}/api/v1/namespaces/${namespace}/serviceaccounts`;
    await made(admin, accounts, { metadata: { name } });
    const rbac = `${root}${rbacPath}/namespaces/${namespace}`;
    await made(admin, `${rbac}/roles`, { metadata: { name }, rules: rules[name] });
    const subjects = [{ kind: 'ServiceAccount', name, namespace }];
    const bind = async (kind: string, role: string): Promise<void> => {
      const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind, name: role };
      await made(admin, `${rbac}/rolebindings`, {
        metadata: { name: `${name}-${role}` },
        roleRef,
        subjects,
      });
    };
    await bind('Role', name);
    if (name === 'viewer') await bind('ClusterRole', 'view');
    const request = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: {} };
    const { json } = await admin.post(`${accounts}/${name}/token`, request);
    return textAt(json, 'status', 'token');
  };
  return {
    builder: await tokenOf('builder'),
    lead: await tokenOf('lead'),
    reader: await tokenOf('reader'),
    viewer: await tokenOf('viewer'),
  };
}

async function made(admin: HttpsClient, path: string, object: object): Promise<void> {
  const { status, text } = await admin.post(path, object);
  if (status !== 201) throw new Error(`making ${path}: ${text}`);
}
