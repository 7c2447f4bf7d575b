import { terraformEnvironment } from './terraform-program.ts';
import { describeScenarios } from './terraform-scenarios.ts';

describeScenarios('scenarios', terraformEnvironment);
