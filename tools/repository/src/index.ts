export { type FileFilter, listFiles } from './files.ts';
export { type Manifest, readManifest } from './manifest.ts';
export { findPackages, type Package, packageNameOf, packageOf } from './packages.ts';
