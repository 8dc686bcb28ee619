import { createHmac } from 'node:crypto';
import type { FuzzScheme } from './targets.js';

/** What is signed. */
export interface Signing {
  readonly secret: string;
  readonly body: Buffer;
  /** By POST. */
  readonly url: string;
  /** In milliseconds since the epoch. */
  readonly at: number;
  /** Of the delivery. */
  readonly id: string;
}

export type Header = readonly [name: string, value: string];

/** The headers that a sender signs with; the signature is in the first of them. */
type Signer = (signing: Signing) => readonly [Header, ...Header[]];

interface SchemeFacts {
  readonly sign: Signer;
  readonly signsBody: boolean;
  /** What was signed long ago, or will be, proves nothing. */
  readonly signsTime: boolean;
  readonly signsUrl: boolean;
}

const seconds = (at: number): string => String(Math.floor(at / 1_000));

function hmac(key: string | Buffer, encoding: 'hex' | 'base64', ...parts: readonly (string | Buffer)[]): string {
  const mac = createHmac('sha256', key);
  for (const part of parts) mac.update(part);
  return mac.digest(encoding);
}

const hub: SchemeFacts = {
  sign: ({ secret, body }) => [['X-Hub-Signature-256', `sha256=${hmac(secret, 'hex', body)}`]],
  ...{ signsBody: true, signsTime: false, signsUrl: false },
};

/** Written after the senders' pages, not after the table that is put to the test. */
export const schemes: Readonly<Record<FuzzScheme, SchemeFacts>> = {
  github: hub,
  meta: hub,
  stripe: {
    sign: ({ secret, body, at }) => [
      ['Stripe-Signature', `t=${seconds(at)},v1=${hmac(secret, 'hex', `${seconds(at)}.`, body)}`],
    ],
    ...{ signsBody: true, signsTime: true, signsUrl: false },
  },
  slack: {
    sign: ({ secret, body, at }) => [
      ['X-Slack-Signature', `v0=${hmac(secret, 'hex', `v0:${seconds(at)}:`, body)}`],
      ['X-Slack-Request-Timestamp', seconds(at)],
    ],
    ...{ signsBody: true, signsTime: true, signsUrl: false },
  },
  'standard-webhooks': {
    sign: ({ secret, body, at, id }) => {
      const key = Buffer.from(secret.slice('whsec_'.length), 'base64');
      const signature = `v1,${hmac(key, 'base64', `${id}.${seconds(at)}.`, body)}`;
      return [
        ['webhook-signature', signature],
        ['webhook-id', id],
        ['webhook-timestamp', seconds(at)],
      ];
    },
    ...{ signsBody: true, signsTime: true, signsUrl: false },
  },
  'http-basic': {
    sign: ({ secret }) => [['Authorization', `Basic ${Buffer.from(secret).toString('base64')}`]],
    ...{ signsBody: false, signsTime: false, signsUrl: false },
  },
  'hubspot-v3': {
    sign: ({ secret, body, url, at }) => [
      ['X-HubSpot-Signature-v3', hmac(secret, 'base64', `POST${url}`, body, String(at))],
      ['X-HubSpot-Request-Timestamp', String(at)],
    ],
    ...{ signsBody: true, signsTime: true, signsUrl: true },
  },
};
