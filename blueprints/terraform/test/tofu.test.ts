import { testModule } from './module-test.ts';

// The modules are written for both programs; these are tried with OpenTofu as well.
testModule('naming', 'tofu');
testModule('azure/log-analytics', 'tofu');
testModule('google/network', 'tofu');
