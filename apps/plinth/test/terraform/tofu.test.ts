import { cloudEnvironment } from './cloud-environment.ts';
import { tofu } from './terraform-program.ts';
import { describeScenarios, describeScenariosAgain } from './terraform-scenarios.ts';

// What OpenTofu does otherwise than Terraform, and conversations in which it does the same.
describeScenarios('tofu-scenarios', cloudEnvironment, tofu);
for (const [folder, names] of [
  ['scenarios', ['backend', 'state-commands']],
  ['cloud-scenarios', ['workspace', 'migrate']],
] as const) {
  describeScenariosAgain(folder, names, cloudEnvironment, tofu);
}
