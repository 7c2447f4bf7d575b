import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CelEnvironment, CostBudget, celTypes, kubernetesLibraries, typeOfSchema } from '../src/index.ts';

const text = { type: 'string' };
const integer = { type: 'integer' };
const texts = { type: 'array', items: text };
const widget = { type: 'object', properties: { key: text, foo: integer } };

const schema = {
  type: 'object',
  'x-kubernetes-embedded-resource': true,
  properties: {
    minReplicas: integer,
    replicas: integer,
    maxReplicas: integer,
    stateCounts: { type: 'object', additionalProperties: integer },
    list1: texts,
    list2: texts,
    details: { type: 'object', additionalProperties: text },
    created: { type: 'string', format: 'date-time' },
    expired: { type: 'string', format: 'date-time' },
    ttl: { type: 'string', format: 'duration' },
    health: text,
    widgets: { type: 'array', items: widget },
    percentage: { 'x-kubernetes-int-or-string': true },
    prefix: text,
    set1: texts,
    set2: texts,
    names: texts,
    primary: text,
    clusters: { type: 'array', items: { type: 'object', properties: { name: text } } },
    quota: text,
    address: text,
    'x-prop': integer,
    redact__d: integer,
    namespace: integer,
  },
};

const value = {
  apiVersion: 'example.com/v1',
  kind: 'Thing',
  metadata: { name: 'web-1' },
  minReplicas: 1,
  replicas: 2,
  maxReplicas: 3,
  stateCounts: { Available: 1 },
  list1: ['a'],
  list2: [],
  details: { key: 'ok', other: 'ok' },
  created: '2020-01-01T00:00:00Z',
  expired: '2021-01-01T00:00:00Z',
  ttl: '24h',
  health: 'ok: fine',
  widgets: [{ key: 'x', foo: 1 }],
  percentage: '100%',
  prefix: 'web',
  set1: ['a'],
  set2: ['b'],
  names: ['key', 'other'],
  primary: 'one',
  clusters: [{ name: 'one' }, { name: 'two' }],
  quota: '1Gi',
  address: '10.1.2.3',
  'x-prop': 1,
  redact__d: 1,
  namespace: 1,
};

/** Rules of the documents of Kubernetes: custom resource definitions, CEL in Kubernetes. All hold. */
const rules = [
  'self.minReplicas <= self.replicas && self.replicas <= self.maxReplicas',
  "'Available' in self.stateCounts",
  '(size(self.list1) == 0) != (size(self.list2) == 0)',
  "!('MY_KEY' in self.details) || self.details['MY_KEY'].matches('^[a-zA-Z]*$')",
  "self.details.all(key, self.details[key].matches('^[a-zA-Z]*$'))",
  'has(self.expired) && self.created + self.ttl < self.expired',
  "self.health.startsWith('ok')",
  "self.widgets.exists(w, w.key == 'x' && w.foo < 10)",
  "type(self.percentage) == string ? self.percentage == '100%' : self.percentage == 1000",
  'self.metadata.name.startsWith(self.prefix)',
  'self.set1.all(e, !(e in self.set2))',
  'size(self.names) == size(self.details) && self.names.all(n, n in self.details)',
  'size(self.clusters.filter(c, c.name == self.primary)) == 1',
  'self.x__dash__prop > 0 && self.redact__underscores__d > 0 && self.__namespace__ > 0',
  'self.replicas >= oldSelf.replicas',
  'self.widgets == oldSelf.widgets && self.metadata.name == oldSelf.metadata.name',
  "isQuantity(self.quota) && quantity(self.quota).isLessThan(quantity('2Gi'))",
  "cidr('10.0.0.0/8').containsIP(self.address)",
  '!format.dns1123Label().validate(self.metadata.name).hasValue()',
  'self.names.isSorted() && self.names.indexOf("other") == 1',
  'sets.contains(self.names, ["key"])',
  "self.?metadata.?generateName.orValue('') == ''",
  "self.stateCounts.all(k, v, k != '' && v > 0)",
  "self.widgets.transformMapEntry(i, w, {w.key: i}) == {'x': 0}",
];

/** Messages and conditions of the documents about ValidatingAdmissionPolicy. */
const policies: readonly (readonly [expression: string, value: unknown])[] = [
  [
    "'object.spec.replicas must be no greater than ' + string(params.maxReplicas)",
    'object.spec.replicas must be no greater than 3',
  ],
  ['object.spec.replicas <= params.maxReplicas', false],
  ["!(request.resource.group == 'coordination.k8s.io' && request.resource.resource == 'leases')", true],
  ["!('system:nodes' in request.userInfo.groups)", true],
  ["object.metadata.name.matches('^' + request.namespace + '-[a-z]+$')", true],
  [
    "has(object.metadata.labels) && 'env' in object.metadata.labels ? object.metadata.labels['env'] : 'prod'",
    'test',
  ],
  [
    'object.spec.template.spec.containers.all(c, !has(c.ports) || c.ports.all(p, !has(p.hostPort) || p.hostPort == 0))',
    true,
  ],
  [
    "object.spec.template.spec.containers.filter(c, !c.image.startsWith('registry.example.com/')).map(c, c.name).join(', ')",
    'side',
  ],
  ["request.operation != 'UPDATE' || object.spec.selector == oldObject.spec.selector", true],
  ["namespaceObject.metadata.labels.exists(k, k.startsWith('pod-security'))", true],
];

const given = {
  params: { maxReplicas: 3 },
  request: {
    namespace: 'team',
    operation: 'UPDATE',
    resource: { group: 'apps', version: 'v1', resource: 'deployments' },
    userInfo: { username: 'jane', groups: ['devs'] },
  },
  object: {
    metadata: { name: 'team-web', labels: { env: 'test' } },
    spec: {
      replicas: 5,
      selector: { matchLabels: { app: 'web' } },
      template: {
        spec: {
          containers: [
            { name: 'web', image: 'registry.example.com/web', ports: [{ containerPort: 80 }] },
            { name: 'side', image: 'docker.io/side' },
          ],
        },
      },
    },
  },
  oldObject: { spec: { selector: { matchLabels: { app: 'web' } } } },
  namespaceObject: { metadata: { labels: { 'pod-security.kubernetes.io/enforce': 'baseline' } } },
};

describe('rules of the Kubernetes documentation', () => {
  const self = typeOfSchema(schema);
  const environment = new CelEnvironment({
    variables: { self, oldSelf: self },
    libraries: kubernetesLibraries,
  });
  for (const rule of rules) {
    it(rule, () => {
      const program = environment.compile(rule, { result: celTypes.bool });
      const budget = new CostBudget(1_000_000);
      assert.equal(program.evaluate({ self: value, oldSelf: value }, budget), true);
      assert.ok(budget.used <= program.estimatedCost.max, `${budget.used} of ${program.estimatedCost.max}`);
    });
  }
});

describe('policies of the Kubernetes documentation', () => {
  const variables = Object.fromEntries(Object.keys(given).map((name) => [name, celTypes.dyn]));
  const environment = new CelEnvironment({ variables, libraries: kubernetesLibraries });
  for (const [expression, expected] of policies) {
    it(expression, () => {
      assert.deepEqual(environment.compile(expression).evaluate(given, new CostBudget(1_000_000)), expected);
    });
  }
});
