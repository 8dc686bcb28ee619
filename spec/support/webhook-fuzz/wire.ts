import { createHash } from 'node:crypto';
import { bytesOf } from './bodies.js';
import { encoded, isReadable } from './encodings.js';
import { framed } from './framings.js';
import { isHarmless, type RequestPlan } from './plans.js';
import { signatureOf } from './signatures.js';
import {
  host,
  maxBodyBytes,
  runHeader,
  secretOf,
  targetNames,
  targetOf,
  type FuzzWorld,
  type TargetName,
} from './targets.js';

/** What may be stored of a request, because it is really signed. */
export interface Truth {
  readonly provider: TargetName;
  /** Whose secret signed it; null: the provider as a whole. */
  readonly owners: readonly (string | null)[];
  /** Of URL and body; null: what arrives of the body is not signed. */
  readonly digest: string | null;
  /** It cannot be the repetition of another one. */
  readonly isFresh: boolean;
}

/** A request as it is sent. */
export interface WireRequest {
  readonly run: number;
  readonly method: string;
  readonly pieces: readonly Buffer[];
  /** Who ends what is not complete; else an answer comes. */
  readonly end: 'answer' | 'finish' | 'reset';
  /** It is well-formed HTTP: there must be an answer, and the connection goes on. */
  readonly isOrderly: boolean;
  /** The status of the answer, where nothing is wrong with the request but what this one says; null: one of many. */
  readonly expects: number | null;
  /** Null: it must not be stored. */
  readonly truth: Truth | null;
}

export interface Numbers {
  readonly run: number;
  /** The delivery id of an earlier request on the same connection. */
  readonly earlierId: string | null;
  readonly now: number;
}

/** Of what a webhook brought: the same for what was sent, stored and handled. */
export function digestOf(url: string, body: Uint8Array): string {
  return createHash('sha1').update(url).update('\n').update(body).digest('base64url');
}

/** The id of the delivery; undefined: none. */
export function deliveryIdOf(plan: RequestPlan, { run, earlierId }: Numbers): string | undefined {
  if (plan.id === 'same' && earlierId !== null) return earlierId;
  // Standard Webhooks have one in any case.
  return plan.id === 'none' && plan.target !== 'standard' ? undefined : `delivery-${run}`;
}

/** Makes a plan a request: numbered, signed, encoded and framed. */
export function wireRequest(plan: RequestPlan, world: FuzzWorld, numbers: Numbers): WireRequest {
  const { run } = numbers;
  const tenant = plan.tenant % targetOf(plan.target).tenants;
  const id = deliveryIdOf(plan, numbers);
  const body = bytesOf(plan.body, { id, integrationId: world.ids[plan.target][tenant] ?? '' });
  const to = requestTarget(plan, world, tenant);
  // Blanks before the version are no part of it.
  const url = `http://${host}${to.trimEnd()}`;
  const signed = signatureOf(plan, {
    secretOf: (of) => secretOf(plan.target, of),
    tenant,
    body,
    url,
    now: numbers.now,
    id: id ?? 'none',
  });
  const lines = [
    `${plan.method} ${to} ${plan.version}`.trimEnd(),
    ...[`Host: ${host}`, `${runHeader}: ${run}`],
    ...signed.headers.map(([name, value]) => `${name}: ${value}`),
    ...(id !== undefined && plan.target !== 'standard' ? [`X-GitHub-Delivery: ${id}`] : []),
    ...(plan.type === null ? [] : [`Content-Type: ${plan.type}`]),
    ...(plan.encoding === 'none' ? [] : [`Content-Encoding: ${plan.encoding}`]),
    ...plan.junk,
  ];
  const { bytes, end } = framed(plan, lines, encoded(plan, body));
  const isOrderly = end === 'answer' && isWellFormed(plan);
  return {
    ...{ run, method: plan.method, end, isOrderly, pieces: inPieces(bytes, plan.pieces) },
    expects: isOrderly && signed.isGenuine && isProper(plan, body) ? expectedStatus(plan, body) : null,
    truth: signed.isGenuine ? truthOf(plan, world, { signer: signed.signer, body, url }) : null,
  };
}

function truthOf(
  plan: RequestPlan,
  { ids }: FuzzWorld,
  { signer, body, url }: { readonly signer: number; readonly body: Buffer; readonly url: string },
): Truth | null {
  const { isShared = false, isOff = false, idIn, scheme } = targetOf(plan.target);
  if (isOff || plan.method !== 'POST') return null;
  const all = ids[plan.target];
  const owners = isShared ? [...all, ...(plan.target === 'app' ? [null] : [])] : all.slice(signer, signer + 1);
  const isFresh = plan.id === 'fresh' && (idIn === 'header' || plan.body.kind === 'document');
  return { provider: plan.target, owners, isFresh, digest: scheme === 'http-basic' ? null : digestOf(url, body) };
}

const orderlyFramings: readonly string[] = [
  'length',
  'chunked',
  'chunked, with extensions',
] satisfies RequestPlan['framing'][];
const disorderlyPaths: readonly string[] = [' ', '\t', '\xff', 'nothing', 'star'] satisfies RequestPlan['path'][];
const disorderlyQuery = /[^\x21-\x7e]/;
const disorderlyMethods = ['CONNECT', 'post', 'BREW'];

function isWellFormed({ version, method, framing, path, query, junk }: RequestPlan): boolean {
  return (
    version === 'HTTP/1.1' &&
    !disorderlyMethods.includes(method) &&
    !disorderlyQuery.test(query) &&
    !disorderlyPaths.includes(path) &&
    orderlyFramings.includes(framing) &&
    junk.every(isHarmless)
  );
}

/** Everything is as a sender should have it, but for the size. */
function isProper(plan: RequestPlan, body: Buffer): boolean {
  const { method, address, path, signature, target } = plan;
  const isHandshake = target === 'slack' && body.includes('url_verification');
  const isRight = signature === 'valid' && method === 'POST' && path === '' && ['own', 'generic'].includes(address);
  return isRight && !isHandshake && isReadable(plan, body);
}

function expectedStatus({ target, address }: RequestPlan, body: Buffer): number {
  if (body.length > maxBodyBytes) return 413;
  const { isOff = false, generic = 200 } = targetOf(target);
  if (isOff) return 404;
  return address === 'generic' ? generic : 200;
}

function requestTarget(plan: RequestPlan, world: FuzzWorld, tenant: number): string {
  const place = `/${plan.mount}/integrations/${addressOf(plan, world, tenant)}/webhook`;
  const changed = {
    absolute: `http://${host}${place}`,
    double: `/${place}`,
    case: place.toUpperCase(),
    star: '*',
    nothing: '',
  };
  const rewritten = {
    encoded: place.replace('hook', '%68ook'),
    dots: place.replace('/integrations', '/./x/../integrations'),
    long: place + 'a'.repeat(3_000),
  };
  const all: Readonly<Record<string, string>> = { ...changed, ...rewritten };
  return (all[plan.path] ?? place + plan.path) + plan.query;
}

const malformedIds = ['no-id', '%00', '..', '%ff', '[object%20Object]', '0'.repeat(24), '$ne', 'a'.repeat(1_000)];

function addressOf({ target, address, at }: RequestPlan, { ids }: FuzzWorld, tenant: number): string {
  const own = ids[target][tenant] ?? '';
  const { tenants } = targetOf(target);
  const others = targetNames.filter((name) => name !== target);
  const foreign = others[Math.floor(at * others.length)];
  const all: Readonly<Record<RequestPlan['address'], string>> = {
    own: `${target}/${own}`,
    generic: target,
    neighbour: `${target}/${ids[target][(tenant + 1) % tenants]}`,
    foreign: `${target}/${foreign === undefined ? '' : ids[foreign][0]}`,
    nobody: `${target}/0123456789abcdef01234567`,
    malformed: `${target}/${malformedIds[Math.floor(at * malformedIds.length)]}`,
    stranger: at < 0.5 ? `stranger/${own}` : `__proto__`,
    deaf: `deaf/${own}`,
    upper: `${target}/${own.toUpperCase()}`,
  };
  return all[address];
}

function inPieces(bytes: Buffer, count: number): readonly Buffer[] {
  const size = Math.max(1, Math.ceil(bytes.length / count));
  return Array.from({ length: count }, (_, n) => bytes.subarray(n * size, (n + 1) * size)).filter(
    ({ length }) => length > 0,
  );
}
