export {
  diffStates,
  type OutputDifference,
  type ResourceDifference,
  type StateDifference,
  type ValueDifference,
} from './state-diff.ts';
export { EncryptedStateError, StateError } from './state-error.ts';
export { type Output, parseState, type StateFile } from './state-file.ts';
export { readHeader, type StateHeader, withSerial } from './state-header.ts';
