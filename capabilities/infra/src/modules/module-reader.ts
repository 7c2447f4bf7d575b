import { Worker } from 'node:worker_threads';
import type { CapabilityContext } from '@plinth/kernel';
import { ModuleError } from '@plinth/terraform-module';
import { moduleReadMs } from '../limits.ts';
import type { PackedModule, UploadedModule } from './pack-module.ts';

/** What the thread answers with. */
export type ModuleAnswer = { readonly module: PackedModule } | { readonly refused: string };

/**
 * Reads uploaded modules, one after the other, each in a thread of its own: the parser of HCL is a large program, which a text can be
 * made for to end. Nothing is left of it then.
 */
export class ModuleReader {
  readonly #clock: CapabilityContext['clock'];
  #last: Promise<unknown> = Promise.resolve();

  constructor(clock: CapabilityContext['clock']) {
    this.#clock = clock;
  }

  /** @throws ModuleError for what is no module, or cannot be read */
  async read(uploaded: UploadedModule): Promise<PackedModule> {
    const mine = this.#last.then(async () => await this.#readAside(uploaded));
    this.#last = mine.catch(() => undefined);
    return await mine;
  }

  async #readAside(uploaded: UploadedModule): Promise<PackedModule> {
    const worker = new Worker(new URL('./module-worker.ts', import.meta.url), {
      name: 'plinth-module',
      workerData: uploaded,
    });
    let stopWaiting = (): void => undefined;
    try {
      const answer = await new Promise<ModuleAnswer>((resolve, reject) => {
        const refuse = (why: string): void =>
          reject(new ModuleError(`its files *.tf cannot be read: ${why}`));
        worker.once('message', resolve);
        worker.once('error', (error: Error & { readonly code?: unknown }) => {
          if (error.code === 'ERR_WORKER_OUT_OF_MEMORY') refuse('they take too much memory');
          else reject(error);
        });
        worker.once('exit', () => refuse('the parser came to no end with them'));
        stopWaiting = this.#clock.after(moduleReadMs, () => refuse(`they take more than ${moduleReadMs} ms`));
      });
      if ('module' in answer) return answer.module;
      throw new ModuleError(answer.refused);
    } finally {
      stopWaiting();
      await worker.terminate();
    }
  }
}
