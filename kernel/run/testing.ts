export {
  Outside,
  type RunFaultLawOptions,
  type RunFaultLawReport,
  runFaultLaw,
} from './test/run-fault-law.ts';
export { RunLab } from './test/run-lab.ts';
