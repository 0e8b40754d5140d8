import { isIPv6 } from 'node:net';
import { goQuote } from '../quote.ts';
import { type FunctionTable, text } from '../signature.ts';
import { CallError } from '../template-error.ts';
import { isMap, type Value, type ValueMap } from '../value.ts';
import { kindOf } from './reflection.ts';

// Go's net/url takes a URL apart and puts it together again by rules of its own: those of the WHATWG, which
// JavaScript follows, change what they read.

interface UrlParts {
  readonly scheme: string;
  readonly host: string;
  readonly path: string;
  readonly query: string;
  readonly opaque: string;
  readonly fragment: string;
  readonly userinfo: string;
}

const empty: UrlParts = { scheme: '', host: '', path: '', query: '', opaque: '', fragment: '', userinfo: '' };

/** What stands for itself, besides letters, digits and `-_.~`. */
const unescaped = {
  path: '$&+,/:;=@',
  host: '!$&\'()*+,;=:[]<>"',
  fragment: '$&+,/:;=?@!()*',
  user: '$&+,;=',
} as const;

function percentEncode(value: string, mode: keyof typeof unescaped): string {
  const safe = new Set(
    `ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~${unescaped[mode]}`,
  );
  return Array.from(Buffer.from(value), (byte) => {
    const character = String.fromCharCode(byte);
    return byte < 0x80 && safe.has(character)
      ? character
      : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }).join('');
}

function percentDecode(value: string): string {
  const wrong = /%(?![0-9a-fA-F]{2}).{0,2}/su.exec(value);
  if (wrong !== null) throw new CallError(`unable to parse url: invalid URL escape ${goQuote(wrong[0])}`);
  return value.replaceAll(/(?:%[0-9a-fA-F]{2})+/g, (escapes) =>
    Buffer.from(escapes.replaceAll('%', ''), 'hex').toString(),
  );
}

function refuse(why: string): never {
  throw new CallError(`unable to parse url: ${why}`);
}

function parseUrl(source: string): UrlParts {
  const [beforeFragment = '', fragment = ''] = cut(source, '#');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  if (/[\u0000-\u001f\u007f]/.test(beforeFragment)) refuse('net/url: invalid control character in URL');
  if (beforeFragment === '*') return { ...empty, path: '*', fragment: percentDecode(fragment) };
  if (beforeFragment.startsWith(':')) refuse('missing protocol scheme');
  const [, scheme = '', afterScheme = ''] =
    /^(?:([a-zA-Z][a-zA-Z0-9+.-]*):)?(.*)$/su.exec(beforeFragment) ?? [];
  const [rest = '', query = ''] = cut(afterScheme, '?');
  const parts = { ...empty, scheme: scheme.toLowerCase(), query, fragment: percentDecode(fragment) };
  if (!rest.startsWith('/')) {
    if (scheme !== '') return { ...parts, opaque: rest };
    if (rest.split('/')[0]?.includes(':')) refuse('first path segment in URL cannot contain colon');
  }
  if (!rest.startsWith('//') || (scheme === '' && rest.startsWith('///'))) {
    return { ...parts, path: percentDecode(rest) };
  }
  const slash = rest.indexOf('/', 2);
  const authority = slash < 0 ? rest.slice(2) : rest.slice(2, slash);
  return {
    ...parts,
    ...parseAuthority(authority, parts.scheme),
    path: slash < 0 ? '' : percentDecode(rest.slice(slash)),
  };
}

function cut(value: string, separator: string): readonly [string, string] {
  const at = value.indexOf(separator);
  return at < 0 ? [value, ''] : [value.slice(0, at), value.slice(at + 1)];
}

function parseAuthority(authority: string, scheme: string): Pick<UrlParts, 'host' | 'userinfo'> {
  const at = authority.lastIndexOf('@');
  const host = parseHost(authority.slice(at + 1), scheme);
  return { host, userinfo: at < 0 ? '' : normalizedUser(authority.slice(0, at)) };
}

function normalizedUser(userinfo: string): string {
  if (!/^[A-Za-z0-9\-._:~!$&'()*+,;=%@]*$/.test(userinfo)) refuse('net/url: invalid userinfo');
  const [name, password] = cut(userinfo, ':');
  const escapedName = percentEncode(percentDecode(name), 'user');
  return userinfo.includes(':')
    ? `${escapedName}:${percentEncode(percentDecode(password), 'user')}`
    : escapedName;
}

function parseHost(host: string, scheme: string): string {
  const isLiteral = host.startsWith('[');
  if (host.lastIndexOf('[') > 0) refuse('invalid IP-literal');
  const close = host.lastIndexOf(']');
  if (isLiteral && close < 0) refuse("missing ']' in host");
  const isWeb = scheme === 'http' || scheme === 'https';
  const colon = isWeb ? host.indexOf(':') : host.lastIndexOf(':');
  const port = isLiteral ? host.slice(close + 1) : colon < 0 ? '' : host.slice(colon);
  if (!/^(?::[0-9]*)?$/.test(port)) refuse(`invalid port ${goQuote(port)} after host`);
  const result = unescapeHost(host);
  if (isLiteral && !isIPv6(result.slice(1, result.lastIndexOf(']')))) refuse('invalid host');
  return result;
}

function unescapeHost(host: string): string {
  const isForbidden = /%(?!25)[0-7][0-9a-fA-F]/.exec(host);
  if (isForbidden !== null) refuse(`invalid URL escape ${goQuote(isForbidden[0])}`);
  const wrong = Array.from(host).find(
    (character) => character < '\x80' && character !== '%' && percentEncode(character, 'host') !== character,
  );
  if (wrong !== undefined) refuse(`invalid character ${goQuote(wrong)} in host name`);
  return percentDecode(host);
}

function hostName(host: string): string {
  const literal = /^\[(.*)\]/s.exec(host);
  return literal?.[1] ?? host.replace(/:[0-9]*$/, '');
}

function urlParse(source: string): ValueMap {
  const { host, ...parts } = parseUrl(source);
  return new Map<string, Value>(Object.entries({ ...parts, host, hostname: hostName(host) }));
}

function partOf(map: ValueMap, key: string): string {
  const value = map.get(key);
  if (value === undefined) return '';
  if (typeof value === 'string') return value;
  throw new CallError(`unable to parse ${key} key, must be of type string, but ${kindOf(value)} found`);
}

function urlJoin(map: ValueMap): string {
  const part = (key: string) => partOf(map, key);
  const userinfo = part('userinfo') === '' ? '' : parseUrl(`proto://${part('userinfo')}@host`).userinfo;
  const start = part('scheme') === '' ? '' : `${part('scheme')}:`;
  const query = part('query') === '' ? '' : `?${part('query')}`;
  const fragment = part('fragment') === '' ? '' : `#${percentEncode(part('fragment'), 'fragment')}`;
  const middle = part('opaque') || locationOf({ start, host: part('host'), path: part('path'), userinfo });
  return start + middle + query + fragment;
}

function locationOf(options: {
  readonly start: string;
  readonly host: string;
  readonly path: string;
  readonly userinfo: string;
}): string {
  const { start, host, path, userinfo } = options;
  const hasAuthority = host !== '' || userinfo !== '' || (start !== '' && path !== '');
  const user = userinfo === '' ? '' : `${userinfo}@`;
  const authority = hasAuthority ? `//${user}${percentEncode(host, 'host')}` : '';
  const escaped = path === '*' ? '*' : percentEncode(path, 'path');
  const slash = escaped !== '' && !escaped.startsWith('/') && host !== '' ? '/' : '';
  const dot = start + authority + slash === '' && escaped.split('/')[0]?.includes(':') ? './' : '';
  return authority + slash + dot + escaped;
}

export const urlFunctions: FunctionTable = {
  urlParse: { parameters: ['string'], call: (values) => urlParse(text(values, 0)) },
  urlJoin: {
    parameters: ['map'],
    call: ([map]) => urlJoin(isMap(map ?? null) ? (map as ValueMap) : new Map()),
  },
};
