import { testModule } from './module-test.ts';

testModule('azure/governance');
testModule('azure/key-vault');
testModule('azure/landing-zone');
testModule('azure/log-analytics');
testModule('azure/network-hub');
testModule('azure/state-storage');
