export { type Kernel, type KernelOptions, startKernel } from './kernel.ts';
export { systemClock } from './ports/clock.ts';
export { systemRandom } from './ports/random.ts';
