export { builtinTestResources, MemoryClient, testResource } from './test/memory-client.ts';
export { type FaultLawOptions, type FaultLawReport, faultLaw, type Scenario } from './testing/fault-law.ts';
export {
  type Fault,
  type FaultKind,
  FaultPoint,
  faultKinds,
  faultyClient,
  isInjected,
} from './testing/faulty-client.ts';
export { seededRandom } from './testing/seeded-random.ts';
export { settle } from './testing/settle.ts';
export { snapshot } from './testing/snapshot.ts';
export { breathe, VirtualClock } from './testing/virtual-clock.ts';
export { resourceOf } from '../model/define-kind.ts';
export { ControlPlane } from './control-plane.ts';
export { draft } from './draft.ts';
export { EventWriter } from './events.ts';
