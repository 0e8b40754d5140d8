import type { GrantedAccess, HealthCheck, Version } from '@backup-maker/api';
import type { HealthResult } from '@backup-maker/model';
import type { Session } from '../database/sessions.ts';
import type { NewVersion, StoredVersion } from '../database/versions.ts';

/** A version as it goes over the wire. */
export function versionView(version: NewVersion | StoredVersion): Version {
  return {
    id: version.id,
    collectionId: version.collectionId,
    versionNumber: version.versionNumber,
    filename: version.filename,
    filesize: version.sizeBytes,
    uploadedBySessionId: version.sessionId,
    user: version.userName,
    sha256: version.sha256,
    recipients: [...version.recipients],
    CreatedAt: timeView(version.createdAtMs),
    UpdatedAt: timeView('updatedAtMs' in version ? version.updatedAtMs : version.createdAtMs),
    DeletedAt: null,
  };
}

export function sessionView(session: Session): GrantedAccess {
  return {
    id: session.id,
    user: session.userName,
    accessKeyName: session.accessKeyName ?? '',
    description: session.description,
    requesterIP: session.requesterAddress,
    expiresAt: timeView(session.expiresAtMs),
    deactivated: session.deactivated,
    CreatedAt: timeView(session.createdAtMs),
    UpdatedAt: timeView(session.updatedAtMs),
    DeletedAt: null,
  };
}

export function healthView({ name, passed, message }: HealthResult): HealthCheck {
  return { name, status: passed, statusText: `${name}=${passed}`, message };
}

export function timeView(timeMs: number): string {
  return new Date(timeMs).toISOString();
}
