import { testModule } from './module-test.ts';

testModule('azure/data-factory');
testModule('azure/databricks-workspace');
testModule('azure/fabric-workspace');
testModule('azure/print-server');
testModule('databricks/unity-catalog');
