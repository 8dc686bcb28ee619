import { generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { signatureSchemes, verifySignature, type SignatureScheme } from '../../../../lib/index.js';
import { deliverWebhook, signWebhook, type SignWebhookInput } from '../../../../lib/testing/index.js';
import { isScheme, vectors, type Vector } from '../../../support/webhook-vectors.js';

const url = 'https://hooks.example.com/in?tenant=7';
const secretFor = (scheme: SignatureScheme): string =>
  ({
    'http-basic': 'postmark:correct horse',
    'standard-webhooks': 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
    svix: 'whsec_c2VjcmV0',
  })[scheme as string] ?? 'a secret, with spaces  ';

function verdictOf(scheme: SignatureScheme, input: SignWebhookInput, secret = secretFor(scheme)) {
  return verifySignature(scheme, { ...signWebhook(scheme, input), secrets: [secret] });
}

describe('signWebhook()', () => {
  it.each(signatureSchemes)('%s: is accepted by verifySignature(), whatever the body', (scheme) => {
    const forms = fc.dictionary(fc.string(), fc.string()).map((fields) => new URLSearchParams(fields));
    // Linear's timestamp is in the JSON.
    const bodies = scheme === 'linear' ? fc.object() : fc.oneof(fc.object(), forms);
    const secret = secretFor(scheme);
    fc.assert(
      fc.property(bodies, (body) => {
        expect(verdictOf(scheme, { body, secret, url })).toEqual({ valid: true });
      }),
      { numRuns: 25 },
    );
  });

  // The basic scheme sends the secret itself.
  it.each(signatureSchemes.filter((scheme) => scheme !== 'http-basic'))('%s: another body is refused', (scheme) => {
    const signed = signWebhook(scheme, { body: { a: 1 }, secret: secretFor(scheme), url });
    const rawBody = Buffer.from(signed.rawBody.toString().replace('1', '2'));
    expect(verifySignature(scheme, { ...signed, rawBody, secrets: [secretFor(scheme)] }).valid).toBe(
      scheme === 'zendesk' && false,
    );
  });

  it.each(['stripe', 'slack', 'linear', 'zendesk', 'hubspot-v3'] as const)('%s: signs at the time given', (scheme) => {
    const at = new Date(Date.now() - 3_600_000);
    const verdict = verdictOf(scheme, { body: {}, secret: secretFor(scheme), url, at });
    expect(verdict).toEqual({ valid: false, code: 'TIMESTAMP_OUT_OF_TOLERANCE' });
  });

  it.each(['standard-webhooks', 'svix'] as const)('%s: signs with a private key', (scheme) => {
    const { privateKey, publicKey } = generateKeyPairSync('ed25519');
    const [jwk, own] = [publicKey.export({ format: 'jwk' }), privateKey.export({ format: 'jwk' })];
    const publicText = `whpk_${Buffer.from(jwk.x ?? '', 'base64url').toString('base64')}`;
    const text = `whsk_${Buffer.from(own.d ?? '', 'base64url').toString('base64')}`;
    for (const key of [privateKey, text]) {
      const signed = signWebhook(scheme, { body: { a: 1 }, privateKey: key });
      expect(verifySignature(scheme, { ...signed, secrets: [], publicKeys: [publicText] })).toEqual({ valid: true });
    }
  });

  it('says what is missing, and shows no secret', () => {
    const invalid = (message: string) => expect.objectContaining({ code: 'OPTIONS_INVALID', message }) as unknown;
    expect(() => signWebhook('github', { body: {} })).toThrow(
      invalid('signWebhook(): Give the `secret` that it is signed with.'),
    );
    expect(() => signWebhook('twilio', { body: {}, secret: 'x' })).toThrow(
      invalid('signWebhook(): twilio signs the public URL: give `url`.'),
    );
    expect(() => signWebhook('svix', { body: {}, secret: 'whsec_no base64!' })).toThrow(
      invalid('signWebhook(): The `secret` is none that this scheme signs with.'),
    );
    expect(() => signWebhook('github', { body: {}, privateKey: 'whsk_' })).toThrow(
      invalid('signWebhook(): Only Standard Webhooks and Svix sign with a `privateKey`.'),
    );
    expect(() => signWebhook('svix', { body: {}, privateKey: 'whsk_c2hvcnQ=' })).toThrow(
      invalid('signWebhook(): The `privateKey` is none of Ed25519.'),
    );
    expect(() => signWebhook('gihub' as never, { body: {} })).toThrow(
      expect.objectContaining({ code: 'SIGNATURE_SCHEME_UNKNOWN' }),
    );
  });
});

/** One has a timestamp that its sender would not write. */
const valid = vectors.filter(
  ({ id, scheme, expectValid }) => expectValid === true && isScheme(scheme) && id !== 'zendesk-go-sdk-1234',
);

/** When a vector was signed, by its headers. */
function timeOf(headers: Vector['headers']): Date {
  const texts = Object.entries(headers).map(([name, value]) => (name.endsWith('timestamp') ? value : ''));
  const [text = ''] = [...texts, /t=(\d+)/.exec(headers['stripe-signature'] ?? '')?.[1] ?? ''].filter(
    (each) => each !== '',
  );
  if (!/^\d+$/.test(text)) return text === '' ? new Date() : new Date(text);
  return new Date(text.length > 11 ? Number(text) : Number(text) * 1_000);
}

function inputOf({
  headers,
  body,
  params = {},
  secret,
  username,
  password,
  method,
  url: signedUrl,
}: Vector): SignWebhookInput {
  const pairs = Object.entries(params).flatMap(([name, values]) => [values].flat().map((value) => [name, value]));
  const id = headers['webhook-id'] ?? headers['svix-id'];
  return {
    body: body ?? new URLSearchParams(pairs as [string, string][]),
    secret: secret ?? `${username ?? ''}:${password ?? ''}`,
    at: timeOf(headers),
    ...(method !== undefined && { method }),
    ...(signedUrl !== undefined && { url: signedUrl }),
    ...(id !== undefined && { id }),
  };
}

/** Without what is no signature of ours: Stripe's old versions. */
const signatureIn = (text = '') => text.replace(/,v0=\w+/, '');

describe('the published vectors', () => {
  it('are nearly all there is', () => {
    expect(valid.length).toBeGreaterThan(20);
  });

  it.each(valid)('$id is reproduced to the letter', (vector) => {
    const { headers } = signWebhook(vector.scheme as SignatureScheme, inputOf(vector));
    const names = Object.keys(headers).filter((name) => name !== 'content-type');
    for (const name of names) expect(headers[name]).toBe(signatureIn(vector.headers[name]));
  });
});

describe('deliverWebhook()', () => {
  const received: { readonly headers: object; readonly rawBody: Buffer }[] = [];
  const server = createServer((request, response) => {
    void buffer(request).then((rawBody) => {
      received.push({ headers: request.headers, rawBody });
      const { valid: isValid } = verifySignature('github', { headers: request.headers, rawBody, secrets: ['s3cret'] });
      response.writeHead(isValid ? 200 : 401).end();
    });
  });
  beforeAll(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)));
  afterAll(() => new Promise((resolve) => server.close(resolve)));

  it('sends the bytes that were signed, as often as is wanted', async () => {
    const hook = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hooks`;
    const headers = { 'x-github-event': 'push' };
    const signed = signWebhook('github', { body: { text: 'Grüße' }, secret: 's3cret', url: hook, headers });
    await expect(deliverWebhook(signed)).resolves.toEqual([200]);
    await expect(deliverWebhook(signed, { times: 3, atOnce: true })).resolves.toEqual([200, 200, 200]);
    await expect(deliverWebhook({ ...signed, headers }, { url: hook, times: 2 })).resolves.toEqual([401, 401]);
    expect(received).toHaveLength(6);
    for (const each of received) expect(each).toMatchObject({ headers, rawBody: signed.rawBody });
  });
});
