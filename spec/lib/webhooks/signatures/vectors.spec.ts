import { describe, expect, it } from 'vitest';
import { answerChallenge, verifySignature, type VerifySignatureInput } from '../../../../lib/index.js';
import { isScheme, vectors, type Vector } from '../../../support/webhook-vectors.js';

const deliveries = vectors.flatMap((vector) => (isScheme(vector.scheme) ? [{ ...vector, scheme: vector.scheme }] : []));

function formOf(params: Record<string, string | string[]>): string {
  const pairs = Object.entries(params).flatMap(([name, values]) =>
    [values].flat().map((value): [string, string] => [name, value]),
  );
  return new URLSearchParams(pairs).toString();
}

function inputOf(vector: Vector): VerifySignatureInput {
  const { headers, body, params = {}, secret, username, password, method, url, now, toleranceSeconds } = vector;
  return {
    headers,
    rawBody: Buffer.from(body ?? formOf(params)),
    secrets: [secret ?? `${username}:${password}`],
    ...(method === undefined ? {} : { method }),
    ...(url === undefined ? {} : { url }),
    ...(now === undefined ? { toleranceSeconds: Infinity } : { now }),
    ...(toleranceSeconds === undefined ? {} : { toleranceSeconds }),
  };
}

function vectorOf(id: string): Vector {
  return vectors.find((vector) => vector.id === id)!;
}

describe('the published vectors', () => {
  it('are all of schemes that are known, or of handshakes, or of no webhook', () => {
    const others = vectors.filter(({ scheme }) => !isScheme(scheme)).map(({ scheme }) => scheme);
    expect(others).toEqual(['shopify-oauth-hmac', 'zoom-challenge', 'meta-challenge']);
  });

  it.each(deliveries)('$id: expectValid $expectValid', (vector) => {
    expect(verifySignature(vector.scheme, inputOf(vector)).valid).toBe(vector.expectValid);
  });

  it.each(deliveries)('$id is refused with another secret', (vector) => {
    const verdict = verifySignature(vector.scheme, { ...inputOf(vector), secrets: ['whsec_c2VjcmV0IG9mIHNvbWVib2R5'] });
    expect(verdict).toEqual({ valid: false, code: 'SIGNATURE_MISMATCH' });
  });

  it('zoom-challenge-constructed is answered by the encrypted token', () => {
    const { request, response, secret } = vectorOf('zoom-challenge-constructed');
    const answer = answerChallenge('zoom', {
      method: 'POST',
      url: '/hooks/zoom',
      headers: {},
      rawBody: Buffer.from(JSON.stringify(request)),
      secrets: [secret!],
    });
    expect(answer?.status).toBe(200);
    expect(JSON.parse(answer?.body ?? '')).toEqual(response);
  });

  it('meta-hub-challenge is answered by its challenge', () => {
    const { method, query, secret, responseBody } = vectorOf('meta-hub-challenge');
    const request = { method: method!, url: `/hooks/meta?${query}`, headers: {}, secrets: [] };
    expect(answerChallenge('meta', { ...request, verifyToken: secret! })).toMatchObject({
      status: 200,
      body: responseBody,
    });
  });
});
