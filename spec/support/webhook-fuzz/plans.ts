import fc from 'fast-check';
import { bodyPlans, verification, type BodyPlan } from './bodies.js';
import { mounts, targetNames, type Mount, type TargetName } from './targets.js';

/** A request, before it has a number and is signed. The first of each list is what a careful sender does. */
export interface RequestPlan {
  readonly mount: Mount;
  readonly target: TargetName;
  readonly tenant: number;
  readonly address: (typeof addresses)[number];
  readonly path: (typeof paths)[number];
  readonly query: string;
  readonly method: string;
  readonly version: string;
  readonly signature: (typeof signatures)[number];
  readonly id: 'fresh' | 'same' | 'none';
  readonly body: BodyPlan;
  readonly type: string | null;
  readonly encoding: (typeof encodings)[number];
  readonly damage: (typeof damages)[number];
  readonly framing: (typeof framings)[number];
  readonly junk: readonly string[];
  /** The bytes are written in so many pieces. */
  readonly pieces: number;
  /** Where something is cut or changed: a share of the whole. */
  readonly at: number;
}

/** Requests that are sent one after the other on one connection, without waiting for the answers. */
export type ExchangePlan = readonly RequestPlan[];

const addresses = [
  'own',
  'generic',
  'neighbour',
  'foreign',
  'nobody',
  'malformed',
  'stranger',
  'deaf',
  'upper',
] as const;

const paths = [
  ...(['', '/', '//', '/..', '/more', '?', '#end', ';a=b', '%00', '%2f', '%ff', ' ', '\t', '\\', '\xff'] as const),
  ...(['absolute', 'double', 'case', 'encoded', 'dots', 'long', 'star', 'nothing'] as const),
] as const;

const signatures = [
  ...(['valid', 'none', 'wrong', 'neighbour', 'changed', 'cut', 'empty', 'padded', 'huge', 'bytes'] as const),
  ...(['stale', 'early', 'twice', 'valid, wrong', 'wrong, valid', 'other body', 'other scheme'] as const),
] as const;

const encodings = [
  'none',
  'gzip',
  'br',
  'deflate',
  'identity',
  'GZIP',
  'x-gzip',
  'gzip, gzip',
  '',
  'zstd',
  'constructor',
] as const;

/** What is done to a body that is compressed, or said to be. */
const damages = ['none', 'cut', 'changed', 'bomb', 'not compressed'] as const;

const framings = [
  ...(['length', 'chunked', 'chunked, with extensions', 'gone'] as const),
  ...(['short', 'long, ended', 'long, reset', 'huge length', 'none', 'both', 'twice'] as const),
  ...([
    'length of no number',
    'negative length',
    'odd coding',
    'odd chunk',
    'open chunks, ended',
    'open chunks, reset',
  ] as const),
] as const;

const types = ['application/json', 'application/octet-stream', null, 'text/plain', 'application/x-www-form-urlencoded'];
const oddTypes = [
  'application/json; charset=utf-7',
  'application/json;',
  'multipart/form-data',
  'text/plain; charset=utf-16',
  ';',
  '\xff',
];

const methods = [
  'POST',
  'GET',
  'HEAD',
  'PUT',
  'DELETE',
  'PATCH',
  'OPTIONS',
  'TRACE',
  'CONNECT',
  'PROPFIND',
  'post',
  'BREW',
];

const meta = 'hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token=';
const queries = [
  ...[
    '',
    '?',
    '?a=b',
    '?a=%20b&a=c',
    '?%ff',
    '?a[b]=c',
    '?__proto__[x]=y',
    '?$where=1',
    '?q=\'"<b>',
    `?${'a=b&'.repeat(500)}`,
  ],
  ...[`?${meta}verify`, `?${meta}x`, `?${meta}verify&hub.challenge=%0d%0aX-A:b`, '?hub.mode=subscribe', `?\xff`],
];

/** Lines that nothing changes. */
const harmless = [
  ...['User-Agent: fuzz', 'Cookie: a=b', 'X-Forwarded-Host: evil.example', 'X-Forwarded-Proto: https', '$where: 1'],
  ...['__proto__: x', 'constructor: x', 'a.b: c', 'X-Github-Event: push', 'Accept: */*', 'Connection: keep-alive'],
  ...['X-HTTP-Method-Override: DELETE', 'X-Empty:', 'X-High: \xe9\xff', 'X-Tab: a\tb', 'Expect: 100-continue'],
];
const harmful = [
  ...['Host: evil.example', 'Host:', 'Content-Type: text/html', 'Expect: nonsense', 'Upgrade: websocket', 'no colon'],
  ...[
    ': no name',
    'X Y: space',
    'X-Nul: a\0b',
    'X-Bare: a\nb',
    'X-Return: a\rb',
    ' folded',
    'X-Space : a',
    'Connection: close',
  ],
  ...['Connection: upgrade', 'TE: trailers', 'Trailer: x-fuzz', 'Content-Encoding: br', 'X-GitHub-Delivery: other'],
  ...[
    `X-Long: ${'a'.repeat(20_000)}`,
    `${'n'.repeat(9_000)}: a`,
    Array.from({ length: 120 }, (_, n) => `X-${n}: a`).join('\r\n'),
  ],
  ...[
    'Transfer-Encoding: identity',
    'Content-Length: 5',
    'Keep-Alive: timeout=0',
    'HTTP2-Settings: x',
    'X-Fuzz-Not: 1',
  ],
];

export const isHarmless = (line: string): boolean => harmless.includes(line);

const usually = <T>(weight: number, [first, ...others]: readonly [T, ...T[]]): fc.Arbitrary<T> =>
  fc.oneof({ weight, arbitrary: fc.constant(first) }, { weight: 1, arbitrary: fc.constantFrom(...others) });

const often = <T>(values: readonly T[]): readonly [T, ...T[]] => values as readonly [T, ...T[]];

const requestPlans: fc.Arbitrary<RequestPlan> = fc.record({
  mount: fc.constantFrom(...mounts),
  target: fc.constantFrom(...targetNames),
  tenant: fc.nat({ max: 9 }),
  address: fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom('own' as const, 'generic' as const) },
    { weight: 1, arbitrary: fc.constantFrom(...addresses) },
  ),
  path: usually(12, often(paths)),
  query: usually(6, often(queries)),
  method: usually(12, often(methods)),
  version: usually(60, ['HTTP/1.1', 'HTTP/1.0', 'HTTP/1.2', 'HTTP/2.0', 'HTTP/9', '', 'http/1.1']),
  signature: usually(2, often(signatures)),
  id: fc.oneof(
    { weight: 6, arbitrary: fc.constant('fresh' as const) },
    { weight: 1, arbitrary: fc.constantFrom('same' as const, 'none' as const) },
  ),
  body: bodyPlans,
  type: fc.oneof(
    { weight: 8, arbitrary: fc.constantFrom(...types) },
    { weight: 1, arbitrary: fc.constantFrom(...oddTypes) },
  ),
  encoding: fc.oneof(
    { weight: 6, arbitrary: fc.constant('none' as const) },
    { weight: 2, arbitrary: fc.constantFrom('gzip' as const, 'br' as const, 'deflate' as const) },
    { weight: 1, arbitrary: fc.constantFrom(...encodings) },
  ),
  damage: usually(6, damages),
  framing: fc.oneof(
    { weight: 10, arbitrary: fc.constantFrom('length' as const, 'length' as const, 'chunked' as const) },
    { weight: 2, arbitrary: fc.constantFrom(...framings) },
  ),
  junk: fc.array(
    fc.oneof(
      { weight: 12, arbitrary: fc.constantFrom(...harmless) },
      { weight: 1, arbitrary: fc.constantFrom(...harmful) },
    ),
    { maxLength: 3 },
  ),
  pieces: fc.constantFrom(1, 1, 1, 2, 5),
  at: fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
});

/** What senders ask before they send anything, and what looks like it. */
const handshakes: readonly Partial<RequestPlan>[] = [
  { target: 'meta', method: 'GET', path: '', query: `?${meta}verify` },
  { target: 'meta', method: 'HEAD', path: '', query: `?${meta}verify` },
  { target: 'meta', method: 'GET', path: '', query: `?${meta}x` },
  { target: 'meta', method: 'GET', path: '', query: `?${meta}verify&hub.challenge=%0d%0aX-A:b` },
  { target: 'meta', method: 'GET', path: '', query: '?hub.mode=subscribe' },
  { target: 'slack', signature: 'valid', body: { kind: 'literal', text: verification('"abc"') } },
  { target: 'slack', signature: 'valid', body: { kind: 'literal', text: verification('"<b>\\r\\nX-A: b"') } },
  { target: 'slack', signature: 'valid', body: { kind: 'literal', text: verification('{}') } },
  { target: 'slack', body: { kind: 'literal', text: verification('"abc"') } },
];

const handshakePlans = fc
  .record({ plan: requestPlans, handshake: fc.constantFrom(...handshakes) })
  .map(({ plan, handshake }): ExchangePlan => [{ ...plan, ...handshake }]);

/** Node sends `100 Continue` amid the answer where the request comes behind another one. */
const isUnawaited = (line: string): boolean => line !== 'Expect: 100-continue';

/** Exchanges of one request for the most part. */
export const exchangePlans: fc.Arbitrary<ExchangePlan> = fc.oneof(
  { weight: 15, arbitrary: fc.tuple(requestPlans) },
  { weight: 1, arbitrary: handshakePlans },
  {
    weight: 3,
    arbitrary: fc
      .array(requestPlans, { minLength: 2, maxLength: 4 })
      .map((plans) => plans.map((plan) => ({ ...plan, junk: plan.junk.filter(isUnawaited) }))),
  },
);
