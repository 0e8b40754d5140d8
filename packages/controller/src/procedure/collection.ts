import { type Variables, variableText } from '@backup-maker/generator';
import type { ScheduledBackup } from '@backup-maker/model';
import { invalid, missing } from '../problem.ts';

/** In which collection the versions of a ScheduledBackup are. */
export interface UsedCollection {
  /** As it stands in the script: `${…}` and `$(…)` are evaluated in the pod. */
  readonly id: string;
  /** It stands in the Secret of varsSecretRef, and is not to be repeated elsewhere. */
  readonly isSecret: boolean;
  /** What is to be told of a choice that its author may not have meant. */
  readonly warning: string | undefined;
}

export const collectionPath = 'Repository.collectionId';

/**
 * The collection that `vars` name, or else that of the spec: in this order, because installations whose two ids differ
 * have their versions in the first one.
 * @param fromSecret the id that stands in the Secret of varsSecretRef, if that is where it comes from
 * @throws Failure where there is none
 */
export function usedCollection(
  backup: ScheduledBackup,
  variables: Variables,
  fromSecret: string | undefined,
): UsedCollection {
  const { collectionId } = backup.spec;
  const id = (fromSecret ?? variableText(variables, collectionPath)) || collectionId;
  if (id === '') {
    throw missing(
      'CollectionMissing',
      `spec.collectionId is empty, and vars have no ${collectionPath} either`,
    );
  }
  const differs = collectionId !== '' && id !== collectionId;
  const isSecret = fromSecret !== undefined;
  const where = isSecret ? `${collectionPath} of varsSecretRef` : `${collectionPath} of vars, "${id}",`;
  return {
    id,
    isSecret,
    warning: differs
      ? `${where} is used, and not spec.collectionId, "${collectionId}": make them equal`
      : undefined,
  };
}

/** The collection, for who evaluates nothing. @throws Failure where the script would find out only in the pod */
export function plainCollection({ id }: UsedCollection): string {
  if (id.includes('$')) {
    throw invalid(
      'CollectionNotPlain',
      `loginSecretRef needs ${collectionPath} to be plain: the controller asks for a token for it, and evaluates no \${…} or $(…)`,
    );
  }
  return id;
}
