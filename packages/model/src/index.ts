export {
  type AccessControlEntry,
  type AccessDecision,
  type AccessRequest,
  type Actor,
  type CollectionAction,
  type CollectionGrant,
  collectionActions,
  decideAccess,
  expandRoles,
  hasRole,
  mayAdminister,
} from './access.ts';
export { type CronSchedule, parseCron } from './cron.ts';
export { durationPattern, formatDuration, parseDuration } from './duration.ts';
export {
  Failure,
  type FailureCode,
  type FailureDetails,
  type FailureOptions,
  failureCodes,
  isFailure,
} from './failure.ts';
export { gather, piecesOf } from './gather.ts';
export {
  type CollectionCheck,
  checkCollection,
  collectionChecks,
  type HealthRequest,
  type HealthResult,
  type HealthVersion,
  type VersionIntegrity,
} from './health.ts';
export { freeMemory } from './memory.ts';
export { type CalendarPeriod, calendarPeriods } from './period.ts';
export { decideQuota, extraSpace, type QuotaDecision, type QuotaLimits, type QuotaRequest } from './quota.ts';
export { BackupCollection, type StrategyName, strategyNames } from './resources/backup-collection.ts';
export { BackupUser } from './resources/backup-user.ts';
export { crd, crds } from './resources/crd.ts';
export { objectNamePattern } from './resources/fields.ts';
export {
  apiVersionOf,
  type Kind,
  type ObjectMeta,
  type PrinterColumn,
  type Resource,
  type Rule,
} from './resources/kind.ts';
export { kinds } from './resources/kinds.ts';
export { type Parsed, parseResource } from './resources/parse.ts';
export { BackupProcedureTemplate, ClusterBackupProcedureTemplate } from './resources/procedure-template.ts';
export { RequestedBackupAction } from './resources/requested-backup-action.ts';
export { type Role, roles } from './resources/roles.ts';
export { type Operation, operations, ScheduledBackup } from './resources/scheduled-backup.ts';
export {
  capacity,
  type KeepReason,
  type KeptVersion,
  planRotation,
  type RotatableVersion,
  type RotationPlan,
  type RotationStrategy,
} from './rotation.ts';
export { Secret } from './secret.ts';
export { formatBytes, parseSize } from './size.ts';
export {
  type BackupWindow,
  decideWindow,
  isFromLatestSlot,
  parseWindowStart,
  type WindowDecision,
  type WindowSlot,
} from './window.ts';
