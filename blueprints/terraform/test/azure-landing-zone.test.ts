import { testModule } from './module-test.ts';

testModule('azure/network-hub');
