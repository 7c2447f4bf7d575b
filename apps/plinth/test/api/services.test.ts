import { deepEqual, equal } from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type Answer, at, listAt, textAt } from '../harness/https-client.ts';
import { startTestServer, type TestServer } from '../harness/test-server.ts';

describe('Services and their endpoints', () => {
  let server: TestServer;
  before(async () => {
    server = await startTestServer();
  });
  after(async () => {
    await server.close();
    deepEqual(server.faults, []);
  });

  const core = '/api/v1/namespaces/default';
  const slices = '/apis/discovery.k8s.io/v1/namespaces/default/endpointslices';
  const service = (name: string, spec: object): Promise<Answer> =>
    server.admin.post(`${core}/services`, { metadata: { name }, spec });
  const slice = (name: string, fields: object): Promise<Answer> =>
    server.admin.post(slices, { metadata: { name }, addressType: 'IPv4', endpoints: [], ...fields });
  const patched = (name: string, spec: object): Promise<Answer> =>
    server.admin.patch(`${core}/services/${name}`, JSON.stringify({ spec }), 'application/merge-patch+json');

  async function specOf(name: string): Promise<unknown> {
    return at((await server.admin.get(`${core}/services/${name}`)).json, 'spec');
  }

  /** `field: message` of each cause of a refusal. */
  function causes(answer: Answer): string[] {
    equal(answer.status, 422, answer.text);
    return listAt(answer.json, 'details', 'causes').map(
      (cause) => `${textAt(cause, 'field')}: ${textAt(cause, 'message')}`,
    );
  }

  test('a Service has defaults by its type, and no address is given to it', async () => {
    equal((await service('plain', { ports: [{ port: 80 }] })).status, 201);
    deepEqual(await specOf('plain'), {
      type: 'ClusterIP',
      ports: [{ port: 80, protocol: 'TCP', targetPort: 80 }],
      sessionAffinity: 'None',
      internalTrafficPolicy: 'Cluster',
    });
    equal((await service('gate', { type: 'LoadBalancer', ports: [{ port: 80 }] })).status, 201);
    deepEqual(await specOf('gate'), {
      type: 'LoadBalancer',
      ports: [{ port: 80, protocol: 'TCP', targetPort: 80 }],
      sessionAffinity: 'None',
      internalTrafficPolicy: 'Cluster',
      externalTrafficPolicy: 'Cluster',
      allocateLoadBalancerNodePorts: true,
    });
    const sticky = { clusterIP: 'None', sessionAffinity: 'ClientIP' };
    equal((await service('bare', sticky)).status, 201);
    deepEqual(await specOf('bare'), {
      type: 'ClusterIP',
      clusterIP: 'None',
      clusterIPs: ['None'],
      sessionAffinity: 'ClientIP',
      sessionAffinityConfig: { clientIP: { timeoutSeconds: 10_800 } },
      internalTrafficPolicy: 'Cluster',
    });
    const loose = await patched('bare', { sessionAffinity: 'None' });
    equal(at(loose.json, 'spec', 'sessionAffinityConfig'), undefined, loose.text);
  });

  test('a Service that becomes another type leaves behind what that cannot have', async () => {
    const ports = [{ port: 80, nodePort: 30_080 }];
    const spec = { type: 'LoadBalancer', ports, loadBalancerClass: 'example.com/a', clusterIP: '10.0.0.1' };
    equal((await service('changing', spec)).status, 201);
    const closed = await patched('changing', { type: 'ClusterIP' });
    equal(closed.status, 200, closed.text);
    deepEqual(await specOf('changing'), {
      type: 'ClusterIP',
      clusterIP: '10.0.0.1',
      clusterIPs: ['10.0.0.1'],
      ports: [{ port: 80, protocol: 'TCP', targetPort: 80 }],
      sessionAffinity: 'None',
      internalTrafficPolicy: 'Cluster',
    });
    const moved = await patched('changing', { clusterIP: '10.0.0.2' });
    deepEqual(at(moved.json, 'spec', 'clusterIPs'), ['10.0.0.2'], moved.text);
    const away = await patched('changing', { type: 'ExternalName', externalName: 'a.example.org.' });
    equal(away.status, 200, away.text);
    equal(at(away.json, 'spec', 'clusterIP'), undefined);
    equal(at(away.json, 'spec', 'clusterIPs'), undefined);
    // What is asked for in the same request is refused, not dropped.
    deepEqual(causes(await patched('changing', { clusterIPs: ['10.0.0.3'], clusterIP: '10.0.0.3' })), [
      'spec.clusterIPs: Forbidden: may not be set for ExternalName services',
    ]);
  });

  test('what is wrong with a Service is said of each field', async () => {
    const wrong = {
      type: 'ClusterIP',
      ports: [
        { name: 'a', port: 80, nodePort: 30_000, protocol: 'TCP' },
        { name: 'b', port: 81, appProtocol: 'a b' },
      ],
      selector: { 'a b': 'c' },
      externalIPs: ['nowhere'],
      healthCheckNodePort: 30_001,
      loadBalancerClass: 'a/b',
    };
    const found = causes(await service('wrong', wrong)).map((one) => one.split(': ').slice(0, 3).join(': '));
    deepEqual(found, [
      "spec.ports[0].nodePort: Forbidden: may not be used when `type` is 'ClusterIP'",
      'spec.ports[1].appProtocol: Invalid value: "a b"',
      'spec.selector: Invalid value: "a b"',
      'spec.externalIPs[0]: Invalid value: "nowhere"',
      "spec.loadBalancerClass: Forbidden: may only be used when `type` is 'LoadBalancer'",
      'spec.healthCheckNodePort: Invalid value: 30001',
    ]);
    const doors = [80, 81].map((port) => ({ name: `p${port}`, port, nodePort: 30_000 }));
    deepEqual(causes(await service('doors', { type: 'NodePort', ports: doors })), [
      'spec.ports[1].nodePort: Duplicate value: 30000',
    ]);
    deepEqual(causes(await service('inside', { ports: [{ port: 1 }], externalTrafficPolicy: 'Local' })), [
      'spec.externalTrafficPolicy: Invalid value: "Local": may only be set for externally-accessible services',
    ]);
    deepEqual(causes(await service('none', {})), ['spec.ports: Required value']);
    deepEqual(
      causes(await service('headless', { type: 'NodePort', clusterIP: 'None', ports: [{ port: 1 }] })),
      ['spec.clusterIPs[0]: Invalid value: "None": may not be set to \'None\' for NodePort services'],
    );
    deepEqual(causes(await service('local', { ports: [{ port: 1 }], internalTrafficPolicy: 'Near' })), [
      'spec.internalTrafficPolicy: Unsupported value: "Near": supported values: "Cluster", "Local"',
    ]);
    deepEqual(
      causes(
        await service('slow', {
          ports: [{ port: 1 }],
          sessionAffinity: 'ClientIP',
          sessionAffinityConfig: { clientIP: { timeoutSeconds: 90_000 } },
        }),
      ),
      [
        'spec.sessionAffinityConfig.clientIP.timeoutSeconds: Invalid value: 90000: must be greater than 0 and less than 86400',
      ],
    );
  });

  test('an EndpointSlice: what is filled in, how much it may hold, and names that end in a dot', async () => {
    const made = await slice('one', {
      endpoints: [{ addresses: ['192.0.2.1'] }],
      ports: [{ port: 80 }, { name: 'b' }],
    });
    equal(made.status, 201, made.text);
    deepEqual(at(made.json, 'endpoints'), [{ addresses: ['192.0.2.1'], conditions: {} }]);
    deepEqual(at(made.json, 'ports'), [
      { name: '', port: 80, protocol: 'TCP' },
      { name: 'b', protocol: 'TCP' },
    ]);
    equal(
      (await slice('dotted', { addressType: 'FQDN', endpoints: [{ addresses: ['db.example.org.'] }] }))
        .status,
      201,
    );
    const addresses = (count: number): string[] =>
      Array.from({ length: count }, (_, i) => `192.0.2.${i + 1}`);
    deepEqual(causes(await slice('wide', { endpoints: [{ addresses: addresses(101) }] })), [
      'endpoints[0].addresses: Too many: 101: must have at most 100 items',
    ]);
    const many = Array.from({ length: 1_001 }, () => ({ addresses: ['192.0.2.1'] }));
    deepEqual(causes(await slice('long', { endpoints: many })), [
      'endpoints: Too many: 1001: must have at most 1000 items',
    ]);
    const ports = Array.from({ length: 101 }, (_, i) => ({ name: `p${i}`, port: 1 }));
    deepEqual(causes(await slice('ported', { ports })), [
      'ports: Too many: 101: must have at most 100 items',
    ]);
    deepEqual(causes(await slice('same', { ports: [{ port: 1 }, { port: 2 }] })), [
      'ports[1].name: Duplicate value: ""',
    ]);
  });

  test('what is wrong with Endpoints is said of each field', async () => {
    const made = await server.admin.post(`${core}/endpoints`, {
      metadata: { name: 'wrong' },
      subsets: [
        { ports: [{ port: 80 }] },
        {
          addresses: [{ ip: '192.0.2.256' }],
          notReadyAddresses: [{ ip: '169.254.169.254', hostname: 'A' }],
          ports: [{ port: 0 }, { name: 'b', port: 80 }],
        },
      ],
    });
    deepEqual(
      causes(made).map((one) => one.split(': ').slice(0, 3).join(': ')),
      [
        'subsets[0]: Required value: must specify `addresses` or `notReadyAddresses`',
        'subsets[1].addresses[0].ip: Invalid value: "192.0.2.256"',
        'subsets[1].notReadyAddresses[0].ip: Invalid value: "169.254.169.254"',
        'subsets[1].notReadyAddresses[0].hostname: Invalid value: "A"',
        'subsets[1].ports[0].name: Required value',
        'subsets[1].ports[0].port: Invalid value: 0',
      ],
    );
  });

  test('an editor may write Services, and not where they lead', async () => {
    await server.admin.post('/apis/rbac.authorization.k8s.io/v1/clusterrolebindings', {
      metadata: { name: 'editing' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'edit' },
      subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'editor' }],
    });
    const editor = server.as('editor');
    const body = { metadata: { name: 'edited' } };
    equal((await editor.post(`${core}/services`, { ...body, spec: { ports: [{ port: 80 }] } })).status, 201);
    equal((await editor.get(slices)).status, 200);
    // Kubernetes took that right away: it leads around network policies.
    equal((await editor.post(slices, { ...body, addressType: 'IPv4', endpoints: [] })).status, 403);
    equal((await editor.post(`${core}/endpoints`, body)).status, 403);
  });
});
