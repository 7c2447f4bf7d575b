export { type FieldError, invalidValue } from '@plinth/structural-schema';
export type {
  HttpAccess,
  HttpEndpoint,
  HttpMethod,
  HttpProtocol,
  HttpReply,
  HttpRequest,
  HttpRight,
  SentRequest,
  UrlGrant,
} from './api/http-protocol.ts';
export { protocolOnDemand } from './api/protocol-on-demand.ts';
export { SignedUrls, type UrlPurpose } from './api/signed-urls.ts';
export type { Website } from './api/website.ts';
export { exportOpening, openingProblem, sequenceOfOpening } from './audit/opening-check.ts';
export { openPki } from './auth/pki/certificate-authority.ts';
export { kubeconfigText } from './auth/pki/kubeconfig.ts';
export { BackupError } from './backup/backup-error.ts';
export { requireWhole } from './backup/data-place.ts';
export { type AuditInspection, inspectAudit } from './backup/inspect-audit.ts';
export { inspectLogs, type LogsInspection } from './backup/inspect-logs.ts';
export type { BackupManifest } from './backup/manifest.ts';
export { type Moved, moveStore } from './backup/move-store.ts';
export { requireNotMoved } from './backup/moved-mark.ts';
export { readBackup, type VerifiedBackup } from './backup/read-backup.ts';
export { type Restored, restoreBackup } from './backup/restore.ts';
export { databasePlace, examineDatabase, upgradeDatabase } from './backup/store-place.ts';
export { type BackupSource, writeBackup } from './backup/write-backup.ts';
export {
  type Capability,
  type CapabilityAudit,
  type CapabilityContext,
  type CapabilityParts,
  defineCapability,
} from './capability.ts';
export type { CapabilityKeys } from './capability-keys.ts';
export type { CapabilityLogs } from './capability-logs.ts';
export {
  type Controller,
  defineController,
  type ReconcileContext,
  type Result,
  type Source,
  specChanged,
} from './control/controller.ts';
export { controllerOnDemand } from './control/controller-on-demand.ts';
export { conditionsOf } from './control/dead-letter.ts';
export { draft } from './control/draft.ts';
export type { EventRecorder } from './control/events.ts';
export { type Health, healthOf } from './control/health.ts';
export { isAlreadyThere, isConflict, settleGone } from './control/plan-apply.ts';
export type { FoundDifference } from './drift/differences.ts';
export { type DriftPolicy, driftPolicies } from './drift/drift-kind.ts';
export {
  type DriftOutcome,
  type DriftRemedy,
  type DriftReport,
  DriftReporter,
  type DriftSubject,
} from './drift/drift-reporter.ts';
export type { ProcessRole } from './ground.ts';
export { type Kernel, type KernelOptions, startKernel } from './kernel.ts';
export { loadModule } from './load-module.ts';
export type { Client, ObjectChange, ObjectName, ResourceId } from './model/client.ts';
export { conditionSchema } from './model/condition-schema.ts';
export { anyObject, defineKind, enumOf, type KindDefinition, listMapOf, mapOf } from './model/define-kind.ts';
export { equalJson, isObject } from './model/json.ts';
export {
  type Condition,
  type Json,
  type JsonObject,
  type KubeObject,
  setCondition,
} from './model/object.ts';
export {
  type Column,
  groupVersion,
  parseGroupVersion,
  type ResourceType,
  type Strategy,
  type WriteContext,
} from './model/resource-type.ts';
export { StatusError } from './model/status-error.ts';
export { Type } from './model/type-builders.ts';
export { durationMs, durationPattern } from './plan/duration.ts';
export { type Plan, type PlanChange, parsePlan, plans } from './plan/plan-kind.ts';
export { planLines, shortDigest } from './plan/plan-text.ts';
export type { PlanSection, SectionChange, SectionContext, SectionResult } from './plan/sections.ts';
export { type Capture, type CapturedProcess, capturedProcesses } from './ports/captured-process.ts';
export { type Clock, formatTime, systemClock } from './ports/clock.ts';
export { nodeProcesses } from './ports/node-processes.ts';
export { ProcessError, type Processes } from './ports/processes.ts';
export { type Random, systemRandom } from './ports/random.ts';
export {
  type ApprovalOptions,
  defineRun,
  type ExecOptions,
  type Recovery,
  type RetryOptions,
  type RunContext,
  type RunDefinition,
  type StepContext,
  type StepOptions,
  type StepProgram,
  type WaitOptions,
} from './run/define-run.ts';
export type { ExecOutcome, ExecPort, ExecRequest, RunLogSource } from './run/exec-port.ts';
export { messageOf, RunError, type RunFailure } from './run/run-error.ts';
export { isFinished, isRun, type Run, type RunStatus, runs } from './run/run-kind.ts';
export type { RunRequest, RunStarter } from './run/run-request.ts';
export { type ScheduleTimes, scheduleTimes } from './run/schedule-times.ts';
export { defineService, type Services, type ServiceToken } from './services.ts';
export { GitRepositories } from './source/git-repositories.ts';
export { nodeDirectories } from './source/node-directories.ts';
export type {
  Directories,
  GitRequest,
  Repositories,
  SourceFile,
  SourceRules,
  SourceSnapshot,
} from './source/source.ts';
export { SourceError } from './source/source-error.ts';
export {
  directoryField,
  gitFields,
  leavesItsRoot,
  type SourcePlace,
  sourceErrors,
  sourceText,
} from './source/source-fields.ts';
export { watchAtRest } from './source/watch-at-rest.ts';
export { type Store, type StoreCipher, StoreError } from './store/port.ts';
export type { DatabaseInspection } from './store/postgres/inspect.ts';
export { schemaVersion as newestSchemaVersion } from './store/sqlite-file.ts';
export { inspectStore, type StoreInspection } from './store/sqlite-inspect.ts';
export { openSqliteStore } from './store/sqlite-store.ts';
export { rehearseUpgrade, storeSchemaVersion, upgradeStore } from './store/sqlite-upgrade.ts';
export type { UpgradeReport } from './store/upgrade-report.ts';
export { openStoreCipher } from './store-cipher.ts';
