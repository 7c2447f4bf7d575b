export { type ModuleFile, type ModuleFiles, readArchive, writeArchive } from './archive.ts';
export { diffInterfaces, type InterfaceChange, stepOf } from './interface-difference.ts';
export { type DocumentedModule, moduleDocs } from './module-docs.ts';
export { ModuleError } from './module-error.ts';
export {
  type ModuleCall,
  type ModuleInterface,
  type ModuleOutput,
  type ModuleProvider,
  type ModuleVariable,
  readInterface,
} from './module-interface.ts';
export {
  compareVersions,
  type ModuleVersion,
  nextVersion,
  parseVersion,
  type Step,
  stepBetween,
} from './module-version.ts';
export { newestAllowed, parseConstraint, type VersionConstraint } from './version-constraint.ts';
