import { describe, expect, it } from 'vitest';
import {
  isIntegrationError,
  signatureSchemes,
  verifySignature,
  type IntegrationError,
  type IntegrationErrorCode,
  type SignatureScheme,
  type VerifySignatureInput,
} from '../../../../lib/index.js';
import { BODY, hmac, NOW, secretFor, signatureHeader, signed, timestamped } from './signers.js';

function codeOf(scheme: SignatureScheme, input: VerifySignatureInput): string | null {
  const verdict = verifySignature(scheme, input);
  return verdict.valid ? null : verdict.code;
}

function withHeaders(input: VerifySignatureInput, headers: VerifySignatureInput['headers']): VerifySignatureInput {
  return { ...input, headers: { ...input.headers, ...headers } };
}

describe('the window of time', () => {
  const windowOf = (scheme: SignatureScheme) => (scheme === 'linear' ? 60 : 300);

  it('is kept by the schemes that sign a timestamp', () => {
    expect(timestamped).toEqual([
      'stripe',
      'zendesk',
      'slack',
      'standard-webhooks',
      'svix',
      'linear',
      'hubspot-v3',
      'zoom',
    ]);
  });

  it.each(timestamped)('has an edge in both directions: %s', (scheme) => {
    const input = signed(scheme);
    const seconds = windowOf(scheme);
    for (const now of [NOW - seconds, NOW, NOW + seconds]) expect(codeOf(scheme, { ...input, now })).toBeNull();
    for (const now of [NOW - seconds - 1, NOW + seconds + 1]) {
      expect(codeOf(scheme, { ...input, now })).toBe('TIMESTAMP_OUT_OF_TOLERANCE');
    }
  });

  it.each(timestamped)('is as long as the caller wishes: %s', (scheme) => {
    const input = signed(scheme);
    expect(codeOf(scheme, { ...input, toleranceSeconds: 0 })).toBeNull();
    expect(codeOf(scheme, { ...input, now: NOW + 1, toleranceSeconds: 0 })).toBe('TIMESTAMP_OUT_OF_TOLERANCE');
    expect(codeOf(scheme, { ...input, now: NOW + 5000, toleranceSeconds: 5000 })).toBeNull();
    expect(codeOf(scheme, { ...input, now: 0, toleranceSeconds: Infinity })).toBeNull();
  });

  it.each(timestamped)('ends by the clock where no time is given: %s', (scheme) => {
    const { now: _now, ...input } = signed(scheme);
    expect(codeOf(scheme, input)).toBe('TIMESTAMP_OUT_OF_TOLERANCE');
  });

  it.each(timestamped)('tells nothing to those who cannot sign: %s', (scheme) => {
    expect(codeOf(scheme, { ...signed(scheme), now: 0, secrets: ['whsec_c29tZWJvZHkgZWxzZQ=='] })).toBe(
      'SIGNATURE_MISMATCH',
    );
  });

  it.each(timestamped.filter((scheme) => !['stripe', 'linear'].includes(scheme)))(
    'is not for requests without a timestamp, or with two: %s',
    (scheme) => {
      const input = signed(scheme);
      const name = Object.keys(input.headers).find((each) => each.endsWith('timestamp'))!;
      const value = String(input.headers[name]);
      for (const toleranceSeconds of [300, Infinity]) {
        const headersWith = (given: string | string[] | undefined) =>
          codeOf(scheme, { ...withHeaders(input, { [name]: given }), toleranceSeconds });
        expect(headersWith(undefined)).toBe('TIMESTAMP_MISSING');
        expect(headersWith('')).toBe('TIMESTAMP_MISSING');
        expect(headersWith([value, value])).toBe('TIMESTAMP_MALFORMED');
        expect(headersWith(`${value}, ${value}`)).toBe('SIGNATURE_MISMATCH');
      }
    },
  );
});

describe('headers', () => {
  it('may come as lists of one, as headersDistinct has them', () => {
    const input = signed('slack');
    const headers = Object.fromEntries(Object.entries(input.headers).map(([name, value]) => [name, [String(value)]]));
    expect(codeOf('slack', { ...input, headers })).toBeNull();
  });

  it('are refused when they are longer than any sender makes them', () => {
    const input = signed('stripe');
    const header = String(input.headers['stripe-signature']);
    const withLength = (length: number) => `${header},v0=`.padEnd(length, '0');
    expect(codeOf('stripe', withHeaders(input, { 'stripe-signature': withLength(4096) }))).toBeNull();
    expect(codeOf('stripe', withHeaders(input, { 'stripe-signature': withLength(4097) }))).toBe('SIGNATURE_MALFORMED');
  });

  it.each(['github', 'dropbox', 'slack', 'stripe', 'intercom', 'hubspot-v1'] as const)(
    'have hex digits as the sender writes them: %s',
    (scheme) => {
      const input = signed(scheme);
      const name = signatureHeader(scheme);
      const value = String(input.headers[name]).replace(/[0-9a-f]{40,}/, (hex) => hex.toUpperCase());
      expect(codeOf(scheme, withHeaders(input, { [name]: value }))).toBe('SIGNATURE_MALFORMED');
    },
  );

  it.each(['shopify', 'zendesk', 'hubspot-v3'] as const)(
    'have base64 that nobody may write otherwise: %s',
    (scheme) => {
      const input = signed(scheme);
      const name = signatureHeader(scheme);
      const value = String(input.headers[name]);
      const others = [
        value.slice(0, -1),
        `${value}\n`,
        ` ${value}`,
        value.replaceAll('=', ''),
        `${value}=`,
        `!${value}`,
      ];
      for (const other of others) {
        expect(codeOf(scheme, withHeaders(input, { [name]: other }))).toBe('SIGNATURE_MALFORMED');
      }
    },
  );
});

describe('secrets', () => {
  it.each(signatureSchemes)('are used as they are, never trimmed: %s', (scheme) => {
    const input = signed(scheme);
    for (const secret of [`${secretFor(scheme)} `, ` ${secretFor(scheme)}`, secretFor(scheme).slice(0, -1)]) {
      expect(verifySignature(scheme, { ...input, secrets: [secret] }).valid).toBe(false);
    }
  });

  it('that are no texts are none, as of an environment variable that is not set', () => {
    const secrets = [process.env.NO_SUCH_VARIABLE!];
    expect(codeOf('github', { ...signed('github'), secrets })).toBe('SECRET_MISSING');
  });
});

describe('Stripe', () => {
  const input = signed('stripe');
  const header = String(input.headers['stripe-signature']);
  const v1 = header.slice(header.indexOf('v1=') + 3);
  const codeWith = (value: string) => codeOf('stripe', withHeaders(input, { 'stripe-signature': value }));

  it('has one valid signature among several, one of which may be nonsense', () => {
    expect(codeWith(`t=${NOW},v1=potato,v1=${'0'.repeat(64)},v1=${v1}`)).toBeNull();
  });

  it('has v0 for tests, and new versions for others: both are ignored', () => {
    expect(codeWith(`${header},v0=${v1},v2=abc==`)).toBeNull();
    expect(codeWith(`t=${NOW},v0=${v1}`)).toBe('SIGNATURE_MISSING');
  });

  it('has one time', () => {
    expect(codeWith(`v1=${v1}`)).toBe('TIMESTAMP_MISSING');
    expect(codeWith(`t=,v1=${v1}`)).toBe('TIMESTAMP_MISSING');
    expect(codeWith(`t=${NOW},${header}`)).toBe('SIGNATURE_MALFORMED');
  });

  it('has a limited number of signatures', () => {
    const wrong = `v1=${'0'.repeat(64)},`;
    expect(codeWith(`t=${NOW},${wrong.repeat(9)}v1=${v1}`)).toBeNull();
    expect(codeWith(`t=${NOW},${wrong.repeat(10)}v1=${v1}`)).toBe('SIGNATURE_MALFORMED');
  });

  it('has a key of all of the secret, whsec_ included', () => {
    const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
    const request = signed('stripe', { secret });
    expect(codeOf('stripe', request)).toBeNull();
    expect(codeOf('stripe', { ...request, secrets: [secret.slice('whsec_'.length)] })).toBe('SIGNATURE_MISMATCH');
  });
});

describe('Zendesk', () => {
  const time = '2025-06-15T15:06:40Z';
  const secret = secretFor('zendesk');
  const request = (signature: string, timestamp = time) => ({
    ...signed('zendesk'),
    headers: {
      'x-zendesk-webhook-signature': signature,
      'x-zendesk-webhook-signature-timestamp': timestamp,
    },
  });

  it('signs the timestamp before the body', () => {
    expect(codeOf('zendesk', request(hmac('sha256', 'base64', secret, time, BODY)))).toBeNull();
  });

  it('does not sign the body before the timestamp, as an old page of theirs has it', () => {
    expect(codeOf('zendesk', request(hmac('sha256', 'base64', secret, BODY, time)))).toBe('SIGNATURE_MISMATCH');
  });

  it.each(['1750000000', '2025-06-15', '2025-06-15T15:06:40', '2025-06-15T15:06:40+00:00', '2025-13-15T15:06:40Z'])(
    'has ISO 8601 in UTC, and not %s',
    (timestamp) => {
      const signature = hmac('sha256', 'base64', secret, timestamp, BODY);
      expect(codeOf('zendesk', request(signature, timestamp))).toBe('TIMESTAMP_MALFORMED');
    },
  );

  it('may give fractions of a second', () => {
    const timestamp = '2025-06-15T15:06:40.123456Z';
    expect(codeOf('zendesk', request(hmac('sha256', 'base64', secret, timestamp, BODY), timestamp))).toBeNull();
  });

  it('does not have its secret decoded', () => {
    const encoded = Buffer.from('a key').toString('base64');
    const rawBody = Buffer.alloc(0);
    const input = signed('zendesk', { secret: 'a key', body: rawBody });
    expect(codeOf('zendesk', input)).toBeNull();
    expect(codeOf('zendesk', { ...input, secrets: [encoded] })).toBe('SIGNATURE_MISMATCH');
  });
});

describe('Linear', () => {
  const linear = (body: string) => codeOf('linear', signed('linear', { body: Buffer.from(body) }));

  it('has its timestamp in the body; the one in the headers is not signed', () => {
    const input = signed('linear');
    expect(codeOf('linear', { ...withHeaders(input, { 'linear-timestamp': '1' }), now: NOW })).toBeNull();
    expect(codeOf('linear', { ...withHeaders(input, { 'linear-timestamp': `${NOW}999` }), now: NOW + 999 })).toBe(
      'TIMESTAMP_OUT_OF_TOLERANCE',
    );
  });

  it.each([['not JSON'], ['null'], ['[]'], ['{}'], ['{"webhookTimestamp":null}'], ['{"webhookTimestamp":[1]}'], ['']])(
    'is refused without one: %s',
    (body) => expect(linear(body)).toBe('TIMESTAMP_MISSING'),
  );

  it.each([
    '{"webhookTimestamp":1.5}',
    '{"webhookTimestamp":-1}',
    '{"webhookTimestamp":"soon"}',
    '{"webhookTimestamp":1e30}',
  ])('is refused with one that is no count of milliseconds: %s', (body) =>
    expect(linear(body)).toBe('TIMESTAMP_MALFORMED'),
  );
});

describe('HTTP Basic', () => {
  const basic = (authorization: string, secrets = ['Aladdin:open sesame']) =>
    codeOf('http-basic', { headers: { authorization }, rawBody: BODY, secrets });
  const encoded = (text: string) => Buffer.from(text).toString('base64');

  it('has a scheme in any case, and passwords with colons', () => {
    expect(basic(`bAsIc ${encoded('Aladdin:open sesame')}`)).toBeNull();
    expect(basic(`Basic ${encoded('a:b:c')}`, ['a:b:c'])).toBeNull();
    expect(basic(`Basic ${encoded('jörg:pässword')}`, ['jörg:pässword'])).toBeNull();
  });

  it('has a user and a password: what has no colon is neither', () => {
    expect(basic(`Basic ${encoded('Aladdin')}`, ['Aladdin'])).toBe('SIGNATURE_MALFORMED');
    expect(basic('Bearer Aladdin:open sesame')).toBe('SIGNATURE_MALFORMED');
    expect(basic('Basic')).toBe('SIGNATURE_MALFORMED');
  });

  it('does not care how long a wrong password is', () => {
    for (const password of ['', 'open', 'open sesame!', 'x'.repeat(2000)]) {
      expect(basic(`Basic ${encoded(`Aladdin:${password}`)}`)).toBe('SIGNATURE_MISMATCH');
    }
  });
});

describe('mistakes of the caller', () => {
  const input = signed('github');

  it.each(['githb', 'constructor', '', 'hasOwnProperty', null])('are told: no scheme is called %s', (name) => {
    const error = errorOf(() => verifySignature(name as SignatureScheme, input), 'SIGNATURE_SCHEME_UNKNOWN');
    expect(error.details).toEqual({ schemes: signatureSchemes });
  });

  it('are told with the name that was probably meant', () => {
    const error = errorOf(
      () => verifySignature('standard-webhook' as SignatureScheme, input),
      'SIGNATURE_SCHEME_UNKNOWN',
    );
    expect(error.message).toContain('Did you mean standard-webhooks?');
  });

  it.each([
    ['rawBody', { rawBody: { parsed: true } }],
    ['rawBody', { rawBody: '{}' }],
    ['rawBody', { rawBody: undefined }],
    ['secrets', { secrets: 'a secret' }],
    ['secrets', { secrets: undefined }],
    ['secrets', { secrets: Array<string>(11).fill('a') }],
    ['publicKeys', { publicKeys: Array<string>(11).fill('a') }],
    ['now', { now: NaN }],
    ['toleranceSeconds', { toleranceSeconds: NaN }],
    ['toleranceSeconds', { toleranceSeconds: -1 }],
  ])('are told, and not taken for a refusal: %s', (name, wrong) => {
    const { message } = errorOf(
      () => verifySignature('github', { ...input, ...wrong } as VerifySignatureInput),
      'OPTIONS_INVALID',
    );
    expect(message).toMatch(new RegExp(`^${name}: expected`));
    expect(message).not.toContain(secretFor('github'));
  });

  it.each(['hubspot-v2', 'hubspot-v3'] as const)('that leave something unsigned are refusals: %s', (scheme) => {
    const { method: _method, ...withoutMethod } = signed(scheme);
    const { url: _url, ...withoutUrl } = signed(scheme);
    expect(codeOf(scheme, withoutMethod)).toBe('METHOD_MISSING');
    expect(codeOf(scheme, withoutUrl)).toBe('URL_MISSING');
  });
});

function errorOf(work: () => unknown, code: IntegrationErrorCode): IntegrationError {
  try {
    work();
  } catch (error) {
    if (isIntegrationError(error, code)) return error;
    throw error;
  }
  throw new Error('Nothing was thrown.');
}
