import { equal, match } from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';

const hooks = `
  import { registerHooks } from 'node:module';
  const urls = [];
  registerHooks({ load: (url, context, next) => { urls.push(url); return next(url, context); } });
`;

/** The modules that a program loads. */
function loadedBy(program: string): string {
  return execFileSync(
    process.execPath,
    ['--input-type=module', '--eval', `${hooks}${program}; console.log(urls.join('\\n'));`],
    { encoding: 'utf8' },
  );
}

test('a control plane without policies does not load what works them out, nor readers of what nobody has sent', () => {
  const urls = loadedBy(`await import('${new URL('../../index.ts', import.meta.url).href}')`);
  match(urls, /kernel\/policy\/admission-control\.ts/);
  equal(/cel-kubernetes|node_modules\/yaml|kube-protobuf/.exec(urls)?.[0], undefined);
});

test('the first policy loads it at once', () => {
  const url = new URL('../load-engine.ts', import.meta.url).href;
  match(loadedBy(`(await import('${url}')).policyEngine()`), /cel-kubernetes\/src\/environment\.ts/);
});
