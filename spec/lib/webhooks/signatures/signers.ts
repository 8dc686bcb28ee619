import { createHash, createHmac, sign, type KeyObject } from 'node:crypto';
import { signatureSchemes, type SignatureScheme, type VerifySignatureInput } from '../../../../lib/index.js';

/** When everything in these specs was signed. */
export const NOW = 1_750_000_000;

export const URL_OF_HOOK = 'https://hooks.example.com/in?tenant=7';

export interface Sent {
  readonly secret: string;
  readonly body: Buffer;
}

type Signer = (sent: Sent) => Partial<VerifySignatureInput> & Pick<VerifySignatureInput, 'headers'>;

type Encoding = 'hex' | 'base64';

export function hmac(
  algorithm: 'sha1' | 'sha256',
  encoding: Encoding,
  key: string | Buffer,
  ...parts: (string | Buffer)[]
) {
  const content = Buffer.concat(parts.map((part) => Buffer.from(part as string)));
  return createHmac(algorithm, key).update(content).digest(encoding);
}

export function sha256(...parts: (string | Buffer)[]): string {
  return createHash('sha256')
    .update(Buffer.concat(parts.map((part) => Buffer.from(part as string))))
    .digest('hex');
}

/** Of Standard Webhooks, with the names of headers that begin like this. */
export function standardHeaders(prefix: string, { secret, body, id = 'msg_1' }: Sent & { readonly id?: string }) {
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  return {
    [`${prefix}-id`]: id,
    [`${prefix}-timestamp`]: `${NOW}`,
    [`${prefix}-signature`]: `v1,${hmac('sha256', 'base64', key, `${id}.${NOW}.`, body)}`,
  };
}

/** The asymmetric signature of the same. */
export function v1a(privateKey: KeyObject, body: Buffer): string {
  return `v1a,${sign(null, Buffer.concat([Buffer.from(`msg_1.${NOW}.`), body]), privateKey).toString('base64')}`;
}

const isoNow = new Date(NOW * 1000).toISOString().replace('.000', '');

/** What each sender does, written after its page and not after our table. */
const signers: Readonly<Record<SignatureScheme, Signer>> = {
  stripe: ({ secret, body }) => ({
    headers: { 'stripe-signature': `t=${NOW},v1=${hmac('sha256', 'hex', secret, `${NOW}.`, body)}` },
  }),
  github: ({ secret, body }) => ({
    headers: { 'x-hub-signature-256': `sha256=${hmac('sha256', 'hex', secret, body)}` },
  }),
  zendesk: ({ secret, body }) => ({
    headers: {
      'x-zendesk-webhook-signature': hmac('sha256', 'base64', secret, isoNow, body),
      'x-zendesk-webhook-signature-timestamp': isoNow,
    },
  }),
  'http-basic': ({ secret }) => ({ headers: { authorization: `Basic ${Buffer.from(secret).toString('base64')}` } }),
  slack: ({ secret, body }) => ({
    headers: {
      'x-slack-signature': `v0=${hmac('sha256', 'hex', secret, `v0:${NOW}:`, body)}`,
      'x-slack-request-timestamp': `${NOW}`,
    },
  }),
  shopify: ({ secret, body }) => ({ headers: { 'x-shopify-hmac-sha256': hmac('sha256', 'base64', secret, body) } }),
  twilio: ({ secret, body }) => {
    const url = `${URL_OF_HOOK}&bodySHA256=${sha256(body)}`;
    return { headers: { 'x-twilio-signature': hmac('sha1', 'base64', secret, url) }, url };
  },
  'standard-webhooks': (sent) => ({ headers: standardHeaders('webhook', sent) }),
  svix: (sent) => ({ headers: standardHeaders('svix', sent) }),
  linear: ({ secret, body }) => ({ headers: { 'linear-signature': hmac('sha256', 'hex', secret, body) } }),
  intercom: ({ secret, body }) => ({ headers: { 'x-hub-signature': `sha1=${hmac('sha1', 'hex', secret, body)}` } }),
  'hubspot-v1': ({ secret, body }) => ({
    headers: { 'x-hubspot-signature': sha256(secret, body), 'x-hubspot-signature-version': 'v1' },
  }),
  'hubspot-v2': ({ secret, body }) => ({
    headers: {
      'x-hubspot-signature': sha256(secret, 'POST', URL_OF_HOOK, body),
      'x-hubspot-signature-version': 'v2',
    },
  }),
  'hubspot-v3': ({ secret, body }) => ({
    headers: {
      'x-hubspot-signature-v3': hmac('sha256', 'base64', secret, `POST${URL_OF_HOOK}`, body, `${NOW}000`),
      'x-hubspot-request-timestamp': `${NOW}000`,
    },
  }),
  meta: ({ secret, body }) => ({
    headers: { 'x-hub-signature-256': `sha256=${hmac('sha256', 'hex', secret, body)}` },
  }),
  zoom: ({ secret, body }) => ({
    headers: {
      'x-zm-signature': `v0=${hmac('sha256', 'hex', secret, `v0:${NOW}:`, body)}`,
      'x-zm-request-timestamp': `${NOW}`,
    },
  }),
  dropbox: ({ secret, body }) => ({ headers: { 'x-dropbox-signature': hmac('sha256', 'hex', secret, body) } }),
  notion: ({ secret, body }) => ({
    headers: { 'x-notion-signature': `sha256=${hmac('sha256', 'hex', secret, body)}` },
  }),
};

const secrets: Readonly<Partial<Record<SignatureScheme, string>>> = {
  'http-basic': 'postmark:correct horse',
  'standard-webhooks': 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
  svix: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
};

/** A body that every scheme can carry: Linear's timestamp is in it. */
export const BODY = Buffer.from(`{"type":"ticket.created","webhookTimestamp":${NOW}000,"text":"Grüße \\u00e9"}`);

export function secretFor(scheme: SignatureScheme): string {
  return secrets[scheme] ?? 'a secret, with spaces at its end  ';
}

/** A request as the sender of the scheme makes it, correctly signed. */
export function signed(
  scheme: SignatureScheme,
  { secret = secretFor(scheme), body = BODY }: Partial<Sent> = {},
): VerifySignatureInput & { readonly method: string; readonly url: string } {
  return {
    rawBody: body,
    secrets: [secret],
    method: 'POST',
    url: URL_OF_HOOK,
    now: NOW,
    ...signers[scheme]({ secret, body }),
  };
}

/** The name of the header that the signature is in. */
export function signatureHeader(scheme: SignatureScheme): string {
  const name = Object.keys(signed(scheme).headers).find((each) =>
    /^authorization$|signature(?!-timestamp|-version)|hmac/.test(each),
  );
  return name ?? '';
}

/** The schemes that sign when they sign. */
export const timestamped = signatureSchemes.filter((scheme) => {
  const names = Object.keys(signed(scheme).headers);
  return scheme === 'stripe' || scheme === 'linear' || names.some((name) => name.includes('timestamp'));
});
