import type { Secret } from '@backup-maker/model';
import type { RenderedProcedure } from '../procedure/render-procedure.ts';
import type { OwnerReference } from './objects.ts';
import type { PodTemplate } from './pod-template.ts';

/** What all objects of one operation have in common. */
export interface ManifestOptions {
  readonly procedure: RenderedProcedure;
  /** Of the ScheduledBackup; Secret, ConfigMap and CronJob are named `<name>-<operation>`. */
  readonly name: string;
  readonly namespace?: string | undefined;
  readonly trackingId?: string | undefined;
  readonly ownerReferences?: readonly OwnerReference[] | undefined;
  readonly labels?: Readonly<Record<string, string>> | undefined;
  readonly annotations?: Readonly<Record<string, string>> | undefined;
  readonly keys: Keys;
  readonly podTemplate?: PodTemplate | undefined;
  /** Environment variables from Secrets that exist besides ours, by variable. */
  readonly environmentFromSecrets?: Readonly<Record<string, SecretEntry>> | undefined;
  /** Seconds. */
  readonly activeDeadlineSeconds?: number | undefined;
  /** 2 by default. */
  readonly backoffLimit?: number | undefined;
  /** Seconds. */
  readonly ttlSecondsAfterFinished?: number | undefined;
  /** The image of the init container of `podTemplate.inject`; by default of this release. */
  readonly injectImage?: string | undefined;
}

export interface SecretEntry {
  readonly secretName: string;
  readonly key: string;
}

/** Keys, armored. A backup has public keys only; a restore has the private key only. */
export interface Keys {
  /** The own key first, then additional recipients. */
  readonly publicKeys?: readonly string[];
  readonly privateKey?: Secret;
  /** A Secret that holds the key already (one that a SealedSecret makes), in place of the two above. */
  readonly existing?: SecretEntry;
}
