import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { answerOf, type Ended, place, plinth, type Running, type Start, up } from './program.ts';

const cwd = place();
let running: Running & { url: string };
before(async () => {
  running = await up([], { cwd });
  await running.output(/✓ workspace/);
});

/** A command where the control plane was started: it finds its kubeconfig by itself. */
function here(args: readonly string[], start: Start = {}): Promise<Ended> {
  return plinth(args, { cwd, ...start });
}

test('get shows the server’s table, by kind, short name, group and name', async () => {
  const [plural, short, full, one, everywhere, wide] = await Promise.all([
    here(['get', 'namespaces']),
    here(['get', 'ns']),
    here(['get', 'Workspaces.plinth.dev']),
    here(['get', 'namespace/default']),
    here(['get', 'configmaps', '-A']),
    here(['get', 'crd', '-o', 'wide']),
  ]);
  assert.match(plural.stdout, /^NAME +STATUS +AGE\ndefault +Active +\d+s\n/);
  assert.equal(short.stdout.replaceAll(/\d+s/g, ''), plural.stdout.replaceAll(/\d+s/g, ''));
  assert.match(full.stdout, /^NAME +SOURCE.*\nquickstart .* True /);
  assert.match(one.stdout, /^NAME +STATUS +AGE\ndefault +Active +\S+\n$/);
  assert.match(everywhere.stdout, /^NAMESPACE +NAME +DATA +AGE\n/);
  assert.match(wide.stdout, /environments\.example\.plinth\.dev/);
});

test('get reads lists longer than a page to their end', async () => {
  const input = Array.from(
    { length: 501 },
    (_, i) =>
      `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: many-${i}, labels: { many: yes-${i % 2} } }\n`,
  ).join('---\n');
  const applied = await here(['apply', '-f', '-'], { input });
  assert.match(applied.stdout, /501 of 501 applied\./);
  const [names, half] = await Promise.all([
    here(['get', 'cm', '-o', 'name']),
    here(['get', 'cm', '-l', 'many=yes-1', '-o', 'json']),
  ]);
  assert.equal(names.stdout.match(/^configmap\/many-/gm)?.length, 501);
  const items = answerOf(half)['items'];
  assert.ok(Array.isArray(items));
  assert.equal(items.length, 250);
  assert.deepEqual(
    [items[0].kind, items[0].apiVersion, items[0].metadata.managedFields],
    ['ConfigMap', 'v1', undefined],
  );
});

test('get -o yaml is read back by apply', async () => {
  const { stdout } = await here(['get', 'ns', 'default', '-o', 'yaml']);
  assert.match(stdout, /^apiVersion: v1\nkind: Namespace\nmetadata:\n {2}name: default\n/);
  assert.match(stdout, /creationTimestamp: "\d{4}-/);
});

test('get of nothing says so, of something unknown suggests', async () => {
  const [none, unknown, missing] = await Promise.all([
    here(['get', 'leases', '-n', 'shop']),
    here(['get', 'namespcaes']),
    here(['get', 'ns', 'nowhere']),
  ]);
  assert.deepEqual([none.code, none.stdout], [0, '']);
  assert.match(none.stderr, /No leases found in namespace shop\./);
  assert.match(unknown.stderr, /no kind "namespcaes"\n  hint: did you mean namespaces\?/);
  assert.match(missing.stderr, /namespaces "nowhere" not found/);
  assert.deepEqual([unknown.code, missing.code], [1, 1]);
});

test('apply tries every document and names file, line and column of each fault', async () => {
  const directory = join(place(), 'manifests');
  mkdirSync(join(directory, 'below'), { recursive: true });
  writeFileSync(
    join(directory, 'a.yaml'),
    'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: fine\n---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: unknown-field\ndatta: {}\n---\nkind: ConfigMap\nmetadata: { name: x }\n',
  );
  writeFileSync(join(directory, 'b.yaml'), 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n\tname: tab\n');
  writeFileSync(
    join(directory, 'below', 'c.yaml'),
    'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: wrong-type\ndata:\n  a: b\n  port: 80\n---\napiVersion: v2\nkind: Nothing\nmetadata: { name: x }\n',
  );
  const { code, stdout, stderr } = await here(['apply', '-f', directory]);
  assert.equal(code, 1);
  assert.match(stdout, /✓ configmap\/fine created\n/);
  assert.match(stdout, /1 of 6 applied; 5 failed, see above\.\n$/);
  assert.match(stderr, /✗ \S+\/a\.yaml:\d+:\d+: ConfigMap\/unknown-field: .*datta/);
  assert.match(stderr, /✗ \S+\/a\.yaml:12:1: apiVersion is missing/);
  assert.match(stderr, /✗ \S+\/b\.yaml:4:1: .*tab/i);
  assert.match(stderr, /✗ \S+\/below\/c\.yaml:7:3: ConfigMap\/wrong-type: data\.port: /);
  assert.match(stderr, /✗ \S+\/below\/c\.yaml:10:1: Nothing\/x: the server has no kind Nothing in v2/);
});

test('apply --dry-run changes nothing; --json tells each document', async () => {
  const input = 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: dry }\n';
  const dry = await here(['apply', '-f', '-', '--dry-run', '--json'], { input });
  assert.deepEqual(answerOf(dry), {
    applied: 1,
    failed: 0,
    dryRun: true,
    documents: [{ result: 'created', object: 'configmap/dry', warnings: [] }],
  });
  assert.equal((await here(['get', 'cm', 'dry'])).code, 1);
});

test('apply puts definitions first and waits for their kinds', async () => {
  const definition = `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: { name: boats.sea.example.com }
spec:
  group: sea.example.com
  scope: Namespaced
  names: { kind: Boat, plural: boats, singular: boat }
  versions:
    - name: v1
      served: true
      storage: true
      schema: { openAPIV3Schema: { type: object, properties: { spec: { type: object, properties: { sails: { type: integer } } } } } }
`;
  const boat = 'apiVersion: sea.example.com/v1\nkind: Boat\nmetadata: { name: one }\nspec: { sails: 2 }\n';
  const { code, stdout, stderr } = await here(['apply', '-f', '-'], { input: `${boat}---\n${definition}` });
  assert.equal(code, 0, stderr);
  assert.match(stdout, /boats\.sea\.example\.com created\n.*boat\.sea\.example\.com\/one created\n/);
});

test('apply over fields of others is refused with the remedy, and takes them with --force-conflicts', async () => {
  const own = join(place(), 'a.yaml');
  writeFileSync(
    own,
    'apiVersion: v1\nkind: Namespace\nmetadata:\n  name: shop\n  labels:\n    team: stolen\n',
  );
  const before = await here(['get', 'ns', 'shop', '-o', 'json']);
  const labels = Object.keys(JSON.parse(before.stdout).metadata.labels).filter(
    (name) => !name.startsWith('kubernetes'),
  );
  const [label] = labels;
  writeFileSync(own, readFileSync(own, 'utf8').replace('team', JSON.stringify(label)));
  const refused = await here(['apply', '-f', own]);
  assert.equal(refused.code, 1);
  assert.match(refused.stderr, /a\.yaml:6:5: Namespace\/shop: .*conflict/);
  assert.match(refused.stderr, /--force-conflicts/);
  assert.equal((await here(['apply', '-f', own, '--force-conflicts'])).code, 0);
});

test('apply of nothing, of what is not there, and of a wrong namespace', async () => {
  const empty = place();
  const [nothing, missing, wrong] = await Promise.all([
    here(['apply', '-f', empty]),
    here(['apply', '-f', 'nowhere.yaml']),
    here(['apply', '-f', '-', '-n', 'shop'], {
      input: 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n  namespace: other\n',
    }),
  ]);
  assert.match(nothing.stderr, /has no manifests\n  hint: manifests end in \.yaml/);
  assert.match(missing.stderr, /nowhere\.yaml does not exist/);
  assert.match(wrong.stderr, /stdin:5:3: ConfigMap\/a: it is for namespace other, but -n says shop/);
});

test('explain shows kinds, fields, and all fields below', async () => {
  const [kind, field, tree, core, slip] = await Promise.all([
    here(['explain', 'workspace']),
    here(['explain', 'workspaces.spec.source']),
    here(['explain', 'environment', '--recursive']),
    here(['explain', 'cm.data', '--json']),
    here(['explain', 'workspace.spec.sorce']),
  ]);
  assert.match(
    kind.stdout,
    /^GROUP: +plinth\.dev\nKIND: +Workspace\nVERSION: +v1alpha1\n\nDESCRIPTION:\n {4}Workspace keeps/,
  );
  assert.match(kind.stdout, /^ {2}spec\t<Object> -required-$/m);
  assert.match(field.stdout, /^FIELD: source <Object> -required-$/m);
  assert.match(field.stdout, /^ {2}git\t<Object>\n {4}A git repository\.$/m);
  assert.match(tree.stdout, /^ {4}approvals\t<integer>/m);
  assert.equal(answerOf(core)['kind'], 'ConfigMap');
  assert.match(
    slip.stderr,
    /workspace\.spec has no field "sorce"\n  hint: did you mean source\? its fields: /,
  );
});

test('kubeconfig says where it is, and issues users whose rights RBAC decides', async () => {
  const data = join(cwd, '.plinth');
  const [where, json, content] = await Promise.all([
    here(['kubeconfig']),
    here(['kubeconfig', '--json']),
    here(['kubeconfig', '--content']),
  ]);
  assert.equal(where.stdout, `${join(data, 'kubeconfig')}\n`);
  assert.equal(answerOf(json)['server'], running.url);
  assert.equal(content.stdout, readFileSync(join(data, 'kubeconfig'), 'utf8'));

  const issued = await here(['kubeconfig', '--user', 'alice', '--group', 'readers', '--days', '2']);
  assert.match(issued.stderr, /Issued for alice \(readers\), valid until \d{4}-/);
  const file = join(place(), 'alice');
  writeFileSync(file, issued.stdout);
  const env = { KUBECONFIG: file };
  const refused = await here(['get', 'ns'], { env });
  assert.equal(refused.code, 1);
  assert.match(refused.stderr, /"alice" cannot list resource "namespaces"/);
  const binding = `apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: { name: readers }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: view }
subjects: [{ apiGroup: rbac.authorization.k8s.io, kind: Group, name: readers }]
`;
  assert.equal((await here(['apply', '-f', '-'], { input: binding })).code, 0);
  const [read, written] = await Promise.all([
    here(['get', 'configmaps'], { env }),
    here(['apply', '-f', '-'], {
      env,
      input: 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: refused }\n',
    }),
  ]);
  assert.equal(read.code, 0, read.stderr);
  assert.match(written.stderr, /cannot patch/);
});

test('kubeconfig refuses names and spans that make no certificate', async () => {
  const results = await Promise.all([
    here(['kubeconfig', '--user', 'a\nb']),
    here(['kubeconfig', '--user', 'a', '--days', '0']),
    here(['kubeconfig', '--group', 'x']),
  ]);
  assert.deepEqual(
    results.map(({ code }) => code),
    [2, 2, 2],
  );
});

test('a server that is not there, a stranger, and a broken kubeconfig are told apart', async () => {
  const directory = place();
  const original = readFileSync(join(cwd, '.plinth', 'kubeconfig'), 'utf8');
  const write = (name: string, text: string): string => {
    writeFileSync(join(directory, name), text);
    return join(directory, name);
  };
  const strangers = await up(['--no-workspace']);
  const gone = write('gone', original.replace(running.url, 'https://127.0.0.1:1'));
  const stranger = write('stranger', original.replace(running.url, strangers.url));
  const broken = write('broken', 'kind: Config\n\tx: 1\n');
  const empty = write('empty', 'kind: Config\n');
  const results = await Promise.all([
    here(['get', 'ns', '--kubeconfig', gone]),
    here(['get', 'ns', '--kubeconfig', stranger]),
    here(['get', 'ns', '--kubeconfig', broken]),
    here(['get', 'ns', '--kubeconfig', empty]),
    here(['get', 'ns', '--kubeconfig', join(directory, 'none')]),
    here(['get', 'ns'], { env: { KUBECONFIG: join(directory, 'none') } }),
  ]);
  const expected = [
    /nothing answers at https:\/\/127\.0\.0\.1:1\n  hint: start the control plane with `plinth up`/,
    /is not the server that the kubeconfig trusts/,
    /broken:2:1: /,
    /lacks a current-context/,
    /none/,
    /\$KUBECONFIG names .*none, which does not exist/,
  ];
  for (const [place, { code, stderr }] of results.entries()) {
    assert.equal(code, 1);
    assert.match(stderr, expected[place] ?? /never/);
    assert.doesNotMatch(stderr, / {4}at /);
  }
  await strangers.stop();
});
