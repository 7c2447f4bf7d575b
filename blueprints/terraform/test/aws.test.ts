import { testModule } from './module-test.ts';

testModule('aws/kubernetes');
testModule('aws/network');
testModule('aws/state-bucket');
