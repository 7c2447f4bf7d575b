import { testModule } from './module-test.ts';

testModule('azure/kubernetes');
testModule('azure/scale-set');
testModule('azure/virtual-machine');
