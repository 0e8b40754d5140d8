import { Failure } from '@backup-maker/model';

/** What OpenSSL and Node say of a certificate that they do not accept. */
const certificateCodes = /^(?:ERR_TLS_CERT|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_|HOSTNAME_)/;
/** What they say of an answer that is no TLS at all. */
const noTlsCodes = /^(?:EPROTO|ERR_SSL_)/;

/** A redirect is never followed: it could lead to another host, which must not get the token. */
export function redirectFailure(url: URL, status: number): Failure {
  return new Failure(
    'network',
    `${url.host} redirects elsewhere (status ${status}); give the final address in --url`,
    { details: { final: true } },
  );
}

/**
 * Why there is no connection to a server, in words that help. A certificate that is not trusted will not be a
 * minute later, so that is final.
 */
export function connectionFailure(url: URL, cause: unknown): Failure {
  const code = codeOf(cause);
  const how = code === undefined ? '' : ` (${code})`;
  if (code !== undefined && certificateCodes.test(code)) {
    return new Failure(
      'network',
      `the certificate of ${url.host} is not trusted${how}: name the file of its authority in NODE_EXTRA_CA_CERTS, or set NODE_USE_SYSTEM_CA=1 to trust those of the system`,
      { cause, details: { final: true } },
    );
  }
  const advice =
    code !== undefined && noTlsCodes.test(code)
      ? 'it does not speak TLS as we do: is the URL http://?'
      : 'check the URL, the network and that the server runs';
  return new Failure('network', `the connection to ${url.host} failed${how}: ${advice}`, { cause });
}

/** Of the error itself, or of what `fetch` wrapped; undefined where there is none for people. */
function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) {
    return undefined;
  }
  const code: unknown = 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : codeOf(error.cause);
}
