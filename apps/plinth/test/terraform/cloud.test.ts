import { cloudEnvironment } from './cloud-environment.ts';
import { describeScenarios } from './terraform-scenarios.ts';

for (const folder of ['cloud-scenarios', 'registry-scenarios', 'mirror-scenarios']) {
  describeScenarios(folder, cloudEnvironment);
}
