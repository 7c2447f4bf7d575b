export { chunksOf, hash1 } from './zip-content.ts';
export { openZip, type Zip, type ZipFile, type ZipLimits } from './zip-directory.ts';
export { ZipError } from './zip-error.ts';
