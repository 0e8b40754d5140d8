import type { IncomingMessage, ServerResponse } from 'node:http';
import { isObject, type JsonObject } from '../json.ts';
import { methodNotAllowed } from '../status-error.ts';
import { parseObject, readBody } from './body.ts';
import { sendJson } from './respond.ts';

const userName = 'embedded-cluster:admin';

type Review = (input: JsonObject) => JsonObject;

/** The token of the cluster may do everything: whoever has passed authentication is its administrator. */
const reviews: Readonly<Record<string, Review>> = {
  '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews': (input) => ({
    ...input,
    status: { allowed: true, reason: 'the token of the embedded cluster may do everything' },
  }),
  '/apis/authorization.k8s.io/v1/selfsubjectrulesreviews': (input) => ({
    ...input,
    status: {
      incomplete: false,
      resourceRules: [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'] }],
      nonResourceRules: [{ verbs: ['*'], nonResourceURLs: ['*'] }],
    },
  }),
  '/apis/authentication.k8s.io/v1/selfsubjectreviews': (input) => ({
    ...input,
    status: { userInfo: { username: userName, groups: ['system:masters', 'system:authenticated'] } },
  }),
};

/** Answers `kubectl auth can-i` and `kubectl auth whoami`; false where the address is another. */
export async function reviewAccess(
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
): Promise<boolean> {
  const review = Object.hasOwn(reviews, path) ? reviews[path] : undefined;
  if (review === undefined) {
    return false;
  }
  if (request.method !== 'POST') {
    throw methodNotAllowed(
      'the server does not allow this method on the requested resource: a review is made with POST',
    );
  }
  const input = parseObject(await readBody(request));
  sendJson(response, 201, review({ ...input, metadata: isObject(input.metadata) ? input.metadata : {} }));
  return true;
}
