import { deepEqual, ok } from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';

/** Imports the capability, and prints which files that has loaded. */
const script = `
  import { registerHooks } from 'node:module';
  const loaded = [];
  registerHooks({
    load(url, context, next) {
      loaded.push(url);
      return next(url, context);
    },
  });
  await import(process.argv[1]);
  console.log(loaded.join('\\n'));
`;

test('what works for states, modules and stacks is not loaded before there is one', () => {
  const capability = import.meta.resolve('../src/capability.ts');
  const args = ['--input-type=module', '--eval', script, capability];
  const loaded = execFileSync(process.execPath, args, { encoding: 'utf8' }).split('\n');
  ok(loaded.includes(capability));
  const heavy =
    /libs\/(hcl|plan-policy|terraform-(plan|state|json|source)|zip-archive)\/|@cdktn|open-(infra|stacks)\.ts/;
  deepEqual(
    loaded.filter((url) => heavy.test(url)),
    [],
  );
});
