export { telemetryCapability } from './capability.ts';
