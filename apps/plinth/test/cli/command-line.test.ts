import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { commands } from '../../src/command-table.ts';
import { answerOf, place, plinth } from './program.ts';

test('without a command the help is shown, and names every command', async () => {
  const { code, stdout } = await plinth([]);
  assert.equal(code, 0);
  for (const { name, summary } of commands) assert.match(stdout, new RegExp(`^  ${name} +${summary}$`, 'm'));
});

test('every command has help with its options, through help and --help', async () => {
  await Promise.all(
    commands.map(async (command) => {
      const [asked, given] = await Promise.all([
        plinth(['help', command.name]),
        plinth([command.name, '--help']),
      ]);
      assert.equal(asked.stdout, given.stdout);
      assert.deepEqual([asked.code, given.code], [0, 0]);
      for (const { name } of command.options) assert.match(asked.stdout, new RegExp(`--${name}\\b`));
      assert.match(asked.stdout, /^Examples:\n  .*plinth/m);
    }),
  );
});

test('the version is the package’s, as text and as JSON', async () => {
  const { version } = JSON.parse(await readPackage());
  const [text, json, flag] = await Promise.all([
    plinth(['version']),
    plinth(['version', '--json']),
    plinth(['--version']),
  ]);
  assert.match(text.stdout, new RegExp(`^plinth ${version} \\(Node ${process.versions.node}, SQLite `));
  assert.equal(flag.stdout, text.stdout);
  assert.equal(answerOf(json)['plinth'], version);
});

test('a slip in a command or option is named with what was meant, and ends with 2', async () => {
  const slips: [string[], RegExp][] = [
    [['dcotor'], /no command "dcotor"\n  hint: did you mean doctor\?/],
    [['kubecofnig'], /did you mean kubeconfig\?/],
    [['frobnicate'], /no command "frobnicate"\n  hint: see: plinth help$/m],
    [['up', '--prot', '1'], /up has no option --prot\n  hint: did you mean --port\?/],
    [['get', 'ns', '--namespce=x'], /did you mean --namespace\?/],
    [['get', 'ns', '-o', 'ymal'], /-o cannot be "ymal"\n  hint: did you mean yaml\?/],
    [['get'], /KIND is missing/],
    [['get', 'ns', 'a', 'b'], /"b" is one argument too many/],
    [['up', '--data'], /--data needs a value \(DIR\)/],
    [['up', '--data', '--port', '1'], /--data needs a value \(DIR\), found --port/],
    [['up', '--no-workspace=x'], /--no-workspace takes no value/],
    [['up', '--port', '70000'], /--port cannot be "70000"/],
    [['up', '--port', '1', '--port', '2'], /--port is given 2 times/],
    [['up', '.', '--no-workspace'], /together with --no-workspace/],
    [['completion', 'bahs'], /no completion for "bahs"\n  hint: did you mean bash\?/],
    [['apply'], /-f is missing/],
    [['kubeconfig', '--group', 'x', '--data', '.'], /there is no kubeconfig in \./],
  ];
  await Promise.all(
    slips.map(async ([args, expected]) => {
      const { code, stdout, stderr } = await plinth(args);
      assert.match(stderr, expected);
      assert.equal(code, args[0] === 'kubeconfig' ? 1 : 2, args.join(' '));
      assert.equal(stdout, '');
    }),
  );
});

test('with --json errors are JSON on standard error', async () => {
  const { code, stderr, stdout } = await plinth(['get', 'ns', '--json']);
  const { error } = JSON.parse(stderr);
  assert.deepEqual([code, stdout], [1, '']);
  assert.match(error.message, /there is no kubeconfig/);
  assert.match(error.hint, /plinth up/);
});

test('colour only where it is asked for', async () => {
  const data = place();
  const [plain, forced, refused] = await Promise.all([
    plinth(['doctor', '--data', data]),
    plinth(['doctor', '--data', data], { env: { FORCE_COLOR: '1' } }),
    plinth(['doctor', '--data', data], { env: { FORCE_COLOR: undefined, NO_COLOR: '1' } }),
  ]);
  assert.equal(plain.stdout.includes('\u001b['), false);
  assert.equal(forced.stdout.includes('\u001b[32m✓'), true);
  assert.equal(refused.stdout, plain.stdout);
});

test('bash completes commands, options, choices and arguments', async (t) => {
  const bash = ['/bin/bash', '/usr/bin/bash'].find((path) => existsSync(path));
  if (!bash) return t.skip('bash is not on this machine');
  const { stdout: script } = await plinth(['completion', 'bash']);
  const complete = (...words: string[]): string[] => {
    const line = words.map((word) => `'${word}'`).join(' ');
    const asked = `${script}\nCOMP_WORDS=(plinth ${line}); COMP_CWORD=${words.length}; _plinth; printf '%s\\n' "\${COMPREPLY[@]}"`;
    const { stdout, stderr } = spawnSync(bash, ['--norc', '-c', asked], { encoding: 'utf8' });
    assert.equal(stderr, '');
    return stdout.trim().split('\n').sort();
  };
  assert.deepEqual(complete('do'), ['doctor']);
  assert.deepEqual(complete('up', '--po'), ['--port']);
  assert.deepEqual(complete('get', '-o', ''), ['json', 'name', 'table', 'wide', 'yaml']);
  assert.deepEqual(complete('completion', ''), ['--help', '--json', 'bash', 'fish', 'zsh']);
  assert.deepEqual(complete('help', 'ex'), ['explain']);
});

test('completions of zsh and fish name every command and option', async () => {
  const [zsh, fish] = await Promise.all([plinth(['completion', 'zsh']), plinth(['completion', 'fish'])]);
  for (const command of commands) {
    assert.match(zsh.stdout, new RegExp(`'${command.name}:`));
    assert.match(fish.stdout, new RegExp(`__fish_use_subcommand -f -a ${command.name} `));
    for (const { name } of command.options) {
      assert.match(zsh.stdout, new RegExp(`--${name}\\[`));
      assert.match(fish.stdout, new RegExp(`from ${command.name}' -l ${name}\\b`));
    }
  }
  for (const [shell, flag, script] of [
    ['/usr/bin/zsh', '-n', zsh.stdout],
    ['/usr/bin/fish', '--no-execute', fish.stdout],
  ] as const) {
    if (!existsSync(shell)) continue;
    assert.deepEqual(spawnSync(shell, [flag], { input: script, encoding: 'utf8' }).stderr, '');
  }
});

async function readPackage(): Promise<string> {
  const { readFile } = await import('node:fs/promises');
  return await readFile(join(import.meta.dirname, '../../package.json'), 'utf8');
}
