import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { grant, makePlan, makePolicy } from '../harness/plan-world.ts';
import { startTestServer, type TestServer } from '../harness/test-server.ts';
import { configMap, configMaps, makeNamespace } from '../harness/widgets.ts';
import { answerOf, type Ended, place, plinth } from './program.ts';

const settings = (color: string): string =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: settings\n  namespace: shop\ndata:\n  color: ${color}\n`;

describe('plinth plan, approve and apply', { concurrency: true }, () => {
  let server: TestServer;
  let anna: string;
  let lea: string;
  before(async () => {
    server = await startTestServer();
    await grant(server, 'developers', 'cluster-admin');
    await grant(server, 'leads', 'cluster-admin');
    for (const name of ['shop', 'free']) await makeNamespace(server, name);
    await server.admin.post(configMaps('shop'), configMap('settings', { color: 'red' }));
    await server.admin.post(configMaps('shop'), configMap('old-flags', { a: '1' }));
    await makePolicy(server, 'shop', { kinds: ['ConfigMap'], namespaces: ['shop'] });
    anna = await user('anna', 'developers');
    lea = await user('lea', 'leads');
  });
  after(async () => {
    deepEqual(server.faults, []);
    await server.close();
  });

  async function user(name: string, group: string): Promise<string> {
    const data = join(server.directory, 'data');
    const { stdout, stderr } = await plinth(['kubeconfig', '--user', name, '--group', group, '--data', data]);
    ok(stdout.includes('clusters:'), stderr);
    const file = join(server.directory, `${name}.kubeconfig`);
    // What is issued names the default port; this server has another one.
    writeFileSync(file, stdout.replaceAll(/https:\/\/127\.0\.0\.1:\d+/g, server.url));
    return file;
  }

  const as = (kubeconfig: string, args: readonly string[], cwd = place()): Promise<Ended> =>
    plinth(args, { cwd, env: { KUBECONFIG: kubeconfig } });

  test('lead from a change to its approval and to its application', async () => {
    const cwd = place();
    mkdirSync(join(cwd, 'prod'));
    writeFileSync(join(cwd, 'prod/settings.yaml'), settings('blue'));
    const args = [
      'plan',
      '-f',
      'prod',
      '--delete',
      'configmap/old-flags',
      '-n',
      'shop',
      '--name',
      'change',
      '--force-conflicts',
    ];
    const planned = await as(anna, args, cwd);
    equal(planned.code, 0, planned.stderr);
    deepEqual(
      planned.stdout
        .replace(/digest [0-9a-f]{12}…/, 'digest …')
        .trimEnd()
        .split('\n'),
      [
        'Plan change · 2 changes · 1 destructive · digest …',
        '  - ConfigMap/shop/old-flags   ← destructive',
        '  ~ ConfigMap/shop/settings',
        '      data.color  "red" -> "blue"',
        'Needs: approval of group leads (0 of 1), because ChangePolicy shop matches: update of ConfigMap/settings in namespace shop',
        'Next: plinth approve change   (by somebody else)',
      ],
    );
    const early = await as(anna, ['apply', 'change']);
    equal(early.code, 1);
    match(early.stderr, /it is Pending\. Needs approval of group leads \(0 of 1\)/);
    const own = await as(anna, ['approve', 'change']);
    equal(own.code, 1);
    match(own.stderr, /anna is the author/);
    const approved = await as(lea, ['approve', 'change', '--reason', 'looks right', '--expires', '8h']);
    equal(approved.code, 0, approved.stderr);
    match(approved.stdout, /^✓ Plan\/change approved \(digest [0-9a-f]{12}…\)\nNext: plinth apply change\n$/);
    const applied = await as(anna, ['apply', 'change']);
    equal(applied.code, 0, applied.stderr);
    deepEqual(
      applied.stdout
        .replace(/digest [0-9a-f]{12}…/, 'digest …')
        .trimEnd()
        .split('\n'),
      [
        '✓ ConfigMap/shop/old-flags deleted',
        '✓ ConfigMap/shop/settings ready',
        'Applied exactly what was planned: 2 objects at once (digest …).',
      ],
    );
    const again = await as(anna, ['apply', 'change', '--json']);
    equal(again.code, 0, again.stderr);
    equal(answerOf(again)['repeated'], true);
  });

  test('tell where a manifest is wrong, and send nothing', async () => {
    const cwd = place();
    writeFileSync(join(cwd, 'broken.yaml'), `${settings('blue')}---\na: [1\n`);
    const { code, stderr } = await as(anna, ['plan', '-f', 'broken.yaml'], cwd);
    equal(code, 1);
    match(stderr, /broken\.yaml:\d+:\d+: /);
    match(stderr, /nothing was sent/);
    writeFileSync(
      join(cwd, 'wrong.yaml'),
      `${settings('blue')}---\napiVersion: nowhere.dev/v1\nkind: Thing\nmetadata:\n  name: x\n`,
    );
    const failed = await as(anna, ['plan', '-f', 'wrong.yaml', '--force-conflicts'], cwd);
    equal(failed.code, 1);
    match(failed.stdout, /✗ Thing\/x\n {6}wrong\.yaml:10:1: .*no kind Thing in nowhere\.dev\/v1/);
    match(failed.stdout, /^Failed: Thing\/x cannot be changed as planned/m);
    writeFileSync(join(cwd, 'empty.yaml'), '# nothing\n');
    equal((await as(anna, ['plan', '-f', 'empty.yaml'], cwd)).code, 2);
    equal((await as(anna, ['plan'], cwd)).code, 2);
  });

  test('answer with JSON and YAML, and with the exit code that is asked for', async () => {
    const cwd = place();
    writeFileSync(
      join(cwd, 'a.yaml'),
      'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: free}\n',
    );
    const json = await as(anna, ['plan', '-f', 'a.yaml', '-o', 'json', '--detailed-exitcode'], cwd);
    equal(json.code, 2, json.stderr);
    equal(answerOf(json)['kind'], 'Plan');
    match(
      (await as(anna, ['plan', '-f', 'a.yaml', '-o', 'yaml'], cwd)).stdout,
      /^apiVersion: plinth\.dev\/v1alpha1$/m,
    );
    const name = /Plan (\S+) ·/.exec((await as(anna, ['plan', '-f', 'a.yaml'], cwd)).stdout)?.[1] ?? '';
    const applied = await as(anna, ['apply', name, '--wait', '0']);
    equal(applied.code, 0, applied.stderr);
    match(applied.stdout, /^Applied exactly what was planned: 1 object \(digest [0-9a-f]{12}…\)\.$/m);
    const same = await as(anna, ['plan', '-f', 'a.yaml', '--detailed-exitcode'], cwd);
    equal(same.code, 0, same.stdout);
    match(same.stdout, /no changes .*\n1 object is as declared\./);
  });

  test('refuse what has moved, with what it was and is', async () => {
    await makePlan(server.admin, 'late', { namespace: 'free', manifests: [configMap('late', { a: '1' })] });
    await server.admin.post(configMaps('free'), configMap('late', { a: '2' }));
    const { code, stderr } = await as(anna, ['apply', 'late']);
    equal(code, 1);
    match(stderr, /ConfigMap\/free\/late: was not there and is there now/);
    match(stderr, /hint: make another plan of the same files/);
  });

  test('explain a wrong command line', async () => {
    const wrong: [string[], RegExp][] = [
      [['apply', 'x', '-f', 'y'], /--filename does not go with a plan/],
      [['apply', 'x', '--wait', 'long'], /write a number of seconds/],
      [['approve', 'a/b/c'], /neither a plan nor a run/],
      [['approve', 'x', '--expires', 'soon'], /write a time such as 30m/],
      [['plan', '--prune', '-f', 'x'], /needs a selector/],
      [['plan', '--delete', 'configmap'], /write KIND\/NAME/],
    ];
    for (const [args, expected] of wrong) {
      const { code, stderr } = await as(anna, args);
      equal(code, 2, `${args.join(' ')}: ${stderr}`);
      match(stderr, expected);
    }
    const none = await as(anna, ['approve', 'no-such-plan']);
    equal(none.code, 1);
    match(none.stderr, /plans\.plinth\.dev "no-such-plan" not found/);
  });
});
