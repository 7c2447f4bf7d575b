import { testModule } from './module-test.ts';

testModule('google/kubernetes');
testModule('google/network');
