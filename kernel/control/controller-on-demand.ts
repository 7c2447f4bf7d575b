import type { ResourceId } from '../model/client.ts';
import type { Controller, RunningController } from './controller.ts';

/**
 * A controller that is made when the first object of its resource is there, so that the code of what nobody uses is not
 * loaded.
 */
export function controllerOnDemand(name: string, resource: ResourceId, make: () => Controller): Controller {
  return {
    name,
    start(environment) {
      let running: RunningController | undefined;
      let isOver = false;
      const unfollow = environment.client.follow(resource, () => {
        // Not within the turn in which it is told: the controller follows the resource itself.
        queueMicrotask(() => {
          if (running || isOver) return;
          running = make().start(environment);
          unfollow();
        });
      });
      return {
        busy: () => running?.busy() ?? false,
        async stop(timeoutMs) {
          isOver = true;
          if (!running) unfollow();
          return (await running?.stop(timeoutMs)) ?? true;
        },
        collect: () => running?.collect() ?? [],
      };
    },
  };
}
