import { Type } from 'typebox';
import { defineKind, type Resource } from './kind.ts';

const script = (purpose: string) =>
  Type.String({ description: `${purpose}: a shell script in the syntax of Go's text/template` });

const shared = {
  group: 'riotkit.org',
  version: 'v1alpha1',
  categories: ['backupmaker'],
  spec: Type.Object({
    image: Type.Optional(
      Type.String({ description: 'container image with the programs that the scripts use' }),
    ),
    backup: script('prints the backup through backup-maker'),
    restore: script('feeds a stored version to the application'),
  }),
  status: undefined,
  columns: [
    { name: 'Image', type: 'string', jsonPath: '.spec.image' },
    { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
  ],
  requiresSpec: false,
  rules: [],
} as const;

export const ClusterBackupProcedureTemplate = defineKind({
  ...shared,
  kind: 'ClusterBackupProcedureTemplate',
  plural: 'clusterbackupproceduretemplates',
  singular: 'clusterbackupproceduretemplate',
  shortNames: ['cbpt'],
  scope: 'Cluster',
  description: 'A pair of scripts that back up and restore one kind of application, for the whole cluster',
});

export type ClusterBackupProcedureTemplate = Resource<typeof ClusterBackupProcedureTemplate>;

export const BackupProcedureTemplate = defineKind({
  ...shared,
  kind: 'BackupProcedureTemplate',
  plural: 'backupproceduretemplates',
  singular: 'backupproceduretemplate',
  shortNames: ['bpt'],
  scope: 'Namespaced',
  description: 'A pair of scripts that back up and restore one kind of application, for one namespace',
});

export type BackupProcedureTemplate = Resource<typeof BackupProcedureTemplate>;
