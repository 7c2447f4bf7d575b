export { assembleCore, type Core } from '../core.ts';
export { driftController } from '../drift/drift-controller.ts';
export { type Drift, driftKind, drifts, isDrift } from '../drift/drift-kind.ts';
export { resourceOf } from '../model/define-kind.ts';
export { parseObject } from '../model/object.ts';
export {
  Outside,
  type RunFaultLawOptions,
  type RunFaultLawReport,
  RunLab,
  runFaultLaw,
} from '../run/testing.ts';
export { AppendLogs } from '../store/append-logs.ts';
export { type Group, GroupCommit, type GroupWriter } from '../store/group-commit.ts';
export { Image } from '../store/image.ts';
export {
  type Append,
  type LogEntry,
  type Logs,
  type Store,
  type StoredObject,
  StoreError,
  type StoreEvent,
  type StoreOperation,
  type Watcher,
} from '../store/port.ts';
export { openSqliteStore } from '../store/sqlite-store.ts';
export { StoredState } from '../store/stored-state.ts';
export { type LabDatabase, makeLabDatabase, type PostgresServer, startPostgres } from '../store/testing.ts';
export { ControlPlane } from './control-plane.ts';
export { draft } from './draft.ts';
export { EventWriter } from './events.ts';
export { type FaultLawOptions, type FaultLawReport, faultLaw, type Scenario } from './test/fault-law.ts';
export { type Fault, type FaultKind, FaultPoint, faultKinds, faultyClient } from './test/faulty-client.ts';
export { builtinTestResources, MemoryClient, testResource } from './test/memory-client.ts';
export { seededRandom } from './test/seeded-random.ts';
export { settle } from './test/settle.ts';
export { snapshot } from './test/snapshot.ts';
export { breathe, VirtualClock } from './test/virtual-clock.ts';
