import { CoreV1Api, CustomObjectsApi, KubeConfig, KubernetesObjectApi, Watch } from '@kubernetes/client-node';
import type { TestServer } from '../harness/test-server.ts';

/** The parts of `@kubernetes/client-node` that the tests use, as the administrator of a server. */
export interface SampleClient {
  readonly config: KubeConfig;
  readonly core: CoreV1Api;
  readonly custom: CustomObjectsApi;
  readonly objects: KubernetesObjectApi;
  readonly watch: Watch;
}

/** Reads the kubeconfig that the server has written, as any program would. */
export function sampleClient(server: TestServer): SampleClient {
  const config = new KubeConfig();
  config.loadFromFile(server.kernel.kubeconfigPath);
  return {
    config,
    core: config.makeApiClient(CoreV1Api),
    custom: config.makeApiClient(CustomObjectsApi),
    objects: KubernetesObjectApi.makeApiClient(config),
    watch: new Watch(config),
  };
}
