import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parseArguments } from '../../src/cli/arguments.ts';
import { commandHelp } from '../../src/cli/help-text.ts';
import { findCommand } from '../../src/cli/program.ts';
import { commands } from '../../src/command-table.ts';
import { answerOf, place, plinth } from './program.ts';

/** Tells at the end how many files of the kernel were loaded. */
const countKernel = [
  "import{registerHooks}from'node:module'",
  'let count=0',
  "registerHooks({load(url,context,next){if(url.includes('/kernel/'))count++;return(next(url,context))}})",
  "process.on('exit',()=>console.error('kernel:'+count))",
]
  .join(';')
  .replaceAll(' ', '%20');

test('commands that need no kernel load none but for its refusals', async () => {
  const env = { NODE_OPTIONS: `--import=data:text/javascript,${countKernel}` };
  for (const args of [['version'], ['help', 'up'], ['completion', 'bash']]) {
    const { code, stderr } = await plinth(args, { env });
    assert.deepEqual([args, code, stderr.trim()], [args, 0, 'kernel:1']);
  }
});

test('without a command the help is shown, and names every command', async () => {
  const { code, stdout } = await plinth([]);
  assert.equal(code, 0);
  for (const { name, summary } of commands) assert.match(stdout, new RegExp(`^  ${name} +${summary}$`, 'm'));
});

test('every command has help with its options; help and --help are the same', async () => {
  for (const command of commands) {
    const text = commandHelp(command);
    for (const { name } of command.options) assert.match(text, new RegExp(`--${name}\\b`));
    assert.match(text, /^Examples:\n {2}.*plinth/m);
    for (const line of text.split('\n')) assert.ok(line.length <= 120, line);
  }
  const [asked, given] = await Promise.all([plinth(['help', 'up']), plinth(['up', '--port', '1', '--help'])]);
  assert.deepEqual([asked.stdout, asked.code], [commandHelp(findCommand('up')), 0]);
  assert.deepEqual([given.stdout, given.code], [asked.stdout, 0]);
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
    [['dcotor'], /no command "dcotor"\n {2}hint: did you mean doctor\?/],
    [['frobnicate'], /no command "frobnicate"\n {2}hint: see: plinth help$/m],
    [['up', '--prot', '1'], /up has no option --prot\n {2}hint: did you mean --port\?/],
    [['up', '--port', '70000'], /--port cannot be "70000"/],
    [['up', '.', '--no-workspace'], /together with --no-workspace/],
    [['completion', 'bahs'], /no completion for "bahs"\n {2}hint: did you mean bash\?/],
    [['apply'], /-f is missing/],
  ];
  await Promise.all(
    slips.map(async ([args, expected]) => {
      const { code, stdout, stderr } = await plinth(args);
      assert.match(stderr, expected);
      assert.deepEqual([code, stdout], [2, ''], args.join(' '));
    }),
  );
});

test('arguments are checked against what a command declares', () => {
  const parse = (name: string, ...args: string[]) => parseArguments(findCommand(name), args);
  const slips: [string[], RegExp][] = [
    [['get', 'ns', '--namespce=x'], /no option --namespce/],
    [['get', 'ns', '-o', 'ymal'], /-o cannot be "ymal"/],
    [['get'], /KIND is missing/],
    [['get', 'ns', 'a', 'b'], /"b" is one argument too many/],
    [['up', '--data'], /--data needs a value \(DIR\)$/],
    [['up', '--data', '--port', '1'], /--data needs a value \(DIR\), found --port/],
    [['up', '--no-workspace=x'], /--no-workspace takes no value, found "x"/],
    [['up', '--port', '1', '--port', '2'], /--port is given 2 times/],
  ];
  for (const [[name = '', ...args], message] of slips) {
    assert.throws(() => parse(name, ...args), { name: 'UsageFailure', message });
  }
  const parsed = parse('apply', '-f', '-', '--filename=-x', '--dry-run', '-nshop');
  assert.deepEqual(
    [...parsed.options],
    [
      ['filename', ['-', '-x']],
      ['dry-run', []],
      ['namespace', ['shop']],
    ],
  );
  assert.deepEqual(parse('get', '--', '-l').positionals, ['-l']);
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
  assert.deepEqual(complete('stack', 'ap'), ['apply', 'approve']);
  assert.deepEqual(complete('stack', 'plan', '--forge', 'gi'), ['github', 'gitlab']);
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
