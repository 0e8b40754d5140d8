import { BackupCollection } from './backup-collection.ts';
import { BackupUser } from './backup-user.ts';
import type { Kind } from './kind.ts';
import { BackupProcedureTemplate, ClusterBackupProcedureTemplate } from './procedure-template.ts';
import { RequestedBackupAction } from './requested-backup-action.ts';
import { ScheduledBackup } from './scheduled-backup.ts';

/** Every kind of this project. */
export const kinds: readonly Kind[] = [
  BackupCollection,
  BackupUser,
  BackupProcedureTemplate,
  ClusterBackupProcedureTemplate,
  RequestedBackupAction,
  ScheduledBackup,
];
