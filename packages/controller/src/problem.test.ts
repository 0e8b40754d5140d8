import { KubeError } from '@backup-maker/kube';
import { Failure } from '@backup-maker/model';
import { expect, it } from 'vitest';
import { invalid, missing, problemOf } from './problem.ts';

it.each([
  [missing('SecretMissing', 'm'), { state: 'waiting', reason: 'SecretMissing', message: 'm' }],
  [invalid('KeyPairIncomplete', 'm'), { state: 'stalled', reason: 'KeyPairIncomplete', message: 'm' }],
  [new Failure('invalid-input', 'm'), { state: 'stalled', reason: 'InvalidSpec', message: 'm' }],
  [
    new Failure('network', 'm', { details: { reason: 'LoginFailed' } }),
    { state: 'unavailable', reason: 'LoginFailed' },
  ],
  [new Failure('unauthenticated', 'm'), { state: 'unavailable', reason: 'AccessDenied' }],
  [new KubeError('api', 'm', { status: 422 }), { state: 'stalled', reason: 'ObjectRefused' }],
  [
    new KubeError('api', 'failed to create typed patch object', { status: 500 }),
    { state: 'stalled', reason: 'ObjectRefused' },
  ],
  [new KubeError('api', 'm', { status: 403 }), { state: 'unavailable', reason: 'Forbidden' }],
])('%s is told to the user', (error, expected) => {
  expect(problemOf(error)).toMatchObject(expected);
});

it.each([
  [new KubeError('network', 'm')],
  [new KubeError('api', 'm', { status: 503 })],
  [new KubeError('api', 'm', { status: 409, reason: 'Conflict' })],
  [new Failure('cancelled', 'm')],
  [new TypeError('a defect')],
])('%s says nothing about the object: it is tried again', (error) => {
  expect(problemOf(error)).toBeUndefined();
});
