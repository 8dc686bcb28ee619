import { hubspotContents } from './hubspot-contents.js';
import type { SchemeRule, SignedParts } from './scheme-rule.js';
import { twilioContents } from './twilio-contents.js';

const FIVE_MINUTES = 300;

const body = ({ rawBody }: SignedParts) => [[rawBody]];
const v0 = ({ timestamp, rawBody }: SignedParts) => [['v0:', timestamp, ':', rawBody]];

const sha256 = { form: 'single', encoding: 'hex', digest: 'hmac-sha256', key: 'utf8' } as const;
const sha256Base64 = { ...sha256, encoding: 'base64' } as const;

const standardWebhooks = {
  form: 'versions',
  encoding: 'base64',
  digest: 'hmac-sha256',
  key: 'whsec',
  timestamp: { unit: 'seconds', toleranceSeconds: FIVE_MINUTES },
  contents: ({ id, timestamp, rawBody }: SignedParts) => [[id, '.', timestamp, '.', rawBody]],
} as const;

function standardHeaders(prefix: string) {
  return { id: `${prefix}-id`, timestamp: `${prefix}-timestamp`, signature: `${prefix}-signature` };
}

/** How a sender signs its webhooks. */
export type SignatureScheme =
  | 'dropbox'
  | 'github'
  | 'http-basic'
  | 'hubspot-v1'
  | 'hubspot-v2'
  | 'hubspot-v3'
  | 'intercom'
  | 'linear'
  | 'meta'
  | 'notion'
  | 'shopify'
  | 'slack'
  | 'standard-webhooks'
  | 'stripe'
  | 'svix'
  | 'twilio'
  | 'zendesk'
  | 'zoom';

/** Every scheme that can be verified. What is not said in a row does not exist in the scheme. */
export const schemes = {
  /** See docs.stripe.com/webhooks. The whole secret is the key, `whsec_` included. */
  stripe: {
    ...sha256,
    headers: [{ signature: 'stripe-signature' }],
    form: 'pairs',
    timestamp: { unit: 'seconds', toleranceSeconds: FIVE_MINUTES },
    contents: ({ timestamp, rawBody }) => [[timestamp, '.', rawBody]],
  },
  /** See docs.github.com/en/webhooks, "Validating webhook deliveries". */
  github: { ...sha256, headers: [{ signature: 'x-hub-signature-256' }], prefix: 'sha256=', contents: body },
  /** See developer.zendesk.com/documentation/webhooks/verifying. The window is ours: they state none. */
  zendesk: {
    ...sha256Base64,
    headers: [{ signature: 'x-zendesk-webhook-signature', timestamp: 'x-zendesk-webhook-signature-timestamp' }],
    timestamp: { unit: 'iso', toleranceSeconds: FIVE_MINUTES },
    contents: ({ timestamp, rawBody }) => [[timestamp, rawBody]],
  },
  /** RFC 7617; what Postmark has instead of signatures. The secret is `user:password`. */
  'http-basic': {
    headers: [{ signature: 'authorization' }],
    form: 'basic',
    encoding: 'base64',
    digest: 'none',
    key: 'utf8',
    contents: () => [[]],
  },
  /** See docs.slack.dev/authentication/verifying-requests-from-slack. */
  slack: {
    ...sha256,
    headers: [{ signature: 'x-slack-signature', timestamp: 'x-slack-request-timestamp' }],
    prefix: 'v0=',
    timestamp: { unit: 'seconds', toleranceSeconds: FIVE_MINUTES },
    contents: v0,
  },
  /** See shopify.dev/docs/apps/build/webhooks. The secret is the app's client secret. */
  shopify: { ...sha256Base64, headers: [{ signature: 'x-shopify-hmac-sha256' }], contents: body },
  /** See twilio.com/docs/usage/webhooks/webhooks-security. The secret is the auth token. */
  twilio: {
    headers: [{ signature: 'x-twilio-signature' }],
    form: 'single',
    encoding: 'base64',
    digest: 'hmac-sha1',
    key: 'utf8',
    signs: ['url'],
    contents: twilioContents,
  },
  /** See github.com/standard-webhooks/standard-webhooks, spec 1.0.0. */
  'standard-webhooks': { ...standardWebhooks, headers: [standardHeaders('webhook')] },
  /** See docs.svix.com/receiving/verifying-payloads/how-manual. The same under names of their own. */
  svix: { ...standardWebhooks, headers: [standardHeaders('svix'), standardHeaders('webhook')] },
  /** See linear.app/developers/webhooks. The timestamp that is signed is in the body. */
  linear: {
    ...sha256,
    headers: [{ signature: 'linear-signature' }],
    timestamp: { member: 'webhookTimestamp', unit: 'milliseconds', toleranceSeconds: 60 },
    contents: body,
  },
  /** See developers.intercom.com/docs/webhooks. The secret is the app's client secret. */
  intercom: {
    ...sha256,
    headers: [{ signature: 'x-hub-signature' }],
    prefix: 'sha1=',
    digest: 'hmac-sha1',
    contents: body,
  },
  /** See developers.hubspot.com, "Validating requests"; all three. The secret is the app's client secret. */
  'hubspot-v1': {
    ...sha256,
    headers: [{ signature: 'x-hubspot-signature' }],
    digest: 'sha256-after-secret',
    contents: body,
  },
  'hubspot-v2': {
    ...sha256,
    headers: [{ signature: 'x-hubspot-signature' }],
    digest: 'sha256-after-secret',
    signs: ['method', 'url'],
    contents: ({ method, url, rawBody }) => [[method, url, rawBody]],
  },
  'hubspot-v3': {
    ...sha256Base64,
    headers: [{ signature: 'x-hubspot-signature-v3', timestamp: 'x-hubspot-request-timestamp' }],
    timestamp: { unit: 'milliseconds', toleranceSeconds: FIVE_MINUTES },
    signs: ['method', 'url'],
    contents: hubspotContents,
  },
  /** See developers.facebook.com/docs/graph-api/webhooks/getting-started. The secret is the app secret. */
  meta: { ...sha256, headers: [{ signature: 'x-hub-signature-256' }], prefix: 'sha256=', contents: body },
  /** See developers.zoom.us/docs/api/webhooks. The window is ours: they state none. */
  zoom: {
    ...sha256,
    headers: [{ signature: 'x-zm-signature', timestamp: 'x-zm-request-timestamp' }],
    prefix: 'v0=',
    timestamp: { unit: 'seconds', toleranceSeconds: FIVE_MINUTES },
    contents: v0,
  },
  /** See dropbox.com/developers/reference/webhooks. The secret is the app secret. */
  dropbox: { ...sha256, headers: [{ signature: 'x-dropbox-signature' }], contents: body },
  /** See developers.notion.com/reference/webhooks. The secret is the verification token. */
  notion: { ...sha256, headers: [{ signature: 'x-notion-signature' }], prefix: 'sha256=', contents: body },
} as const satisfies Readonly<Record<SignatureScheme, SchemeRule>>;
