import { keepCompiledCode } from './cli/compile-cache.ts';

// Before anything else is loaded: only what is loaded later is kept.
keepCompiledCode();
const { runProgram } = await import('./cli/program.ts');
await runProgram(process.argv.slice(2));
