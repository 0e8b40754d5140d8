/*
 * Times are milliseconds since 1970 and booleans 0 or 1, so that both databases hold the same values; JSON is
 * text. Rows of sessions and versions are never removed: they are what an audit looks at.
 */

export interface InstallationTable {
  /** 1: there is one row. */
  readonly id: number;
  /** What a storage is marked with. */
  readonly installation_id: string;
}

export interface SessionsTable {
  /** Hex SHA-256 of the token, which is not kept. */
  readonly id: string;
  readonly user_name: string;
  /** Empty when the user's own password was used. */
  readonly access_key_name: string;
  /** JSON of `OperationsScope`; null when the token is not limited. */
  readonly operations_scope: string | null;
  readonly description: string;
  readonly requester_ip: string;
  readonly expires_at: number;
  readonly deactivated: number;
  readonly created_at: number;
  readonly updated_at: number;
}

export type VersionIntegrityColumn = 'unchecked' | 'verified' | 'damaged';

export interface VersionsTable {
  readonly id: string;
  readonly collection_id: string;
  readonly version_number: number;
  readonly filename: string;
  readonly size_bytes: number;
  /** Hex, of all parts together. */
  readonly sha256: string;
  /** JSON array of long key ids. */
  readonly recipients: string;
  readonly session_id: string;
  readonly user_name: string;
  readonly integrity: VersionIntegrityColumn;
  /** When the scrubber read it last; null before that. */
  readonly scrubbed_at: number | null;
  readonly created_at: number;
  readonly updated_at: number;
  /** When it was rotated out or deleted; null while it is there. */
  readonly deleted_at: number | null;
  /** When its bytes were removed after that. */
  readonly purged_at: number | null;
}

/** The stored objects of a version, or of an upload that is still going on. */
export interface PartsTable {
  /** The id of the version or upload: an upload hands its own on to the version that it becomes. */
  readonly owner_id: string;
  readonly part_index: number;
  readonly object_key: string;
  readonly size_bytes: number;
  readonly sha256: string;
}

/** Manifests of clients, apart from what is listed often. */
export interface ManifestsTable {
  /** The id of the version or upload, as for parts. */
  readonly owner_id: string;
  readonly base64: string;
}

export interface UploadsTable {
  readonly id: string;
  readonly collection_id: string;
  readonly session_id: string;
  readonly user_name: string;
  /** Declared by the client; null while it does not know. */
  readonly length_bytes: number | null;
  readonly offset_bytes: number;
  /** `Upload-Metadata`, as the client gave it. */
  readonly metadata: string;
  /** The number of the version that it became; null while it goes on. */
  readonly version_number: number | null;
  readonly expires_at: number;
  readonly created_at: number;
  readonly updated_at: number;
}

export interface LeasesTable {
  readonly name: string;
  readonly holder: string;
  readonly expires_at: number;
}

export interface AuditTable {
  /** 1, 2, 3 …, without gaps. */
  readonly id: number;
  readonly at: number;
  readonly actor: string;
  readonly session_id: string;
  readonly address: string;
  readonly action: string;
  readonly object: string;
  readonly result: string;
  readonly previous_hash: string;
  readonly hash: string;
}

export interface LoginAttemptsTable {
  readonly address: string;
  readonly count: number;
  readonly period_ends_at: number;
}

export interface Schema {
  readonly installation: InstallationTable;
  readonly sessions: SessionsTable;
  readonly versions: VersionsTable;
  readonly parts: PartsTable;
  readonly manifests: ManifestsTable;
  readonly uploads: UploadsTable;
  readonly leases: LeasesTable;
  readonly audit: AuditTable;
  readonly login_attempts: LoginAttemptsTable;
}
