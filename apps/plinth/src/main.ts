import { startKernel, systemClock, systemRandom } from '@plinth/kernel';

const args = process.argv.slice(2);
const opt = (name: string): string | undefined => {
  const at = args.indexOf(name);
  return at < 0 ? undefined : args[at + 1];
};
const kernel = await startKernel({
  dataDirectory: opt('--data') ?? '.plinth',
  port: Number(opt('--port') ?? 7443),
  host: '127.0.0.1',
  version: '0.1.0',
  capabilities: [],
  clock: systemClock,
  random: systemRandom,
  onFault: (what, error) => console.error(what, error),
});
console.log(`Plinth is ready: ${kernel.url}`);
process.once('SIGTERM', () => void kernel.close());
process.once('SIGINT', () => void kernel.close());
