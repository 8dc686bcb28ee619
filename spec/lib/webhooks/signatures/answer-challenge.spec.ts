import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  answerChallenge,
  isIntegrationError,
  signatureSchemes,
  verifySignature,
  type ChallengeInput,
  type SignatureScheme,
} from '../../../../lib/index.js';
import { NOW, secretFor, signed } from './signers.js';

const text = { 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff' };

function get(query: string, more: Partial<ChallengeInput> = {}): ChallengeInput {
  return { method: 'GET', url: `https://hooks.example.com/in${query}`, headers: {}, secrets: [], ...more };
}

function post(body: unknown, more: Partial<ChallengeInput> = {}): ChallengeInput {
  const rawBody = Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
  return { method: 'POST', url: '/in', headers: {}, secrets: [], rawBody, ...more };
}

describe('Slack', () => {
  const challenge = '3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P';
  const request = (body: object) => signed('slack', { body: Buffer.from(JSON.stringify(body)) });

  it('gets its challenge back', () => {
    expect(answerChallenge('slack', request({ type: 'url_verification', challenge }))).toMatchObject({
      status: 200,
      headers: text,
      body: challenge,
    });
  });

  it('gets it only when it signed the request, recently', () => {
    const input = request({ type: 'url_verification', challenge });
    for (const wrong of [{ secrets: ['another'] }, { secrets: [] }, { headers: {} }, { now: NOW + 301 }]) {
      expect(answerChallenge('slack', { ...input, ...wrong })).toMatchObject({ status: 401, body: '' });
    }
  });

  it('gets nothing that is long, of several lines, or no text', () => {
    for (const wrong of ['x'.repeat(513), 'two\nlines', '', 7, null, { a: 1 }, undefined]) {
      const answer = answerChallenge('slack', request({ type: 'url_verification', challenge: wrong }));
      expect(answer).toMatchObject({ status: 400, body: '' });
    }
  });

  it('sends events as well', () => {
    expect(answerChallenge('slack', request({ type: 'event_callback', challenge }))).toBeNull();
  });
});

describe('Meta', () => {
  const query = '?hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token=meatyhamhock';
  const verifyToken = 'meatyhamhock';

  it('gets its challenge back where it knows the verify token', () => {
    const answer = answerChallenge('meta', get(query, { verifyToken }));
    expect(answer).toMatchObject({ status: 200, headers: text, body: '1158201444' });
  });

  it('may know one of the secrets where no verify token is given', () => {
    expect(answerChallenge('meta', get(query, { secrets: ['other', verifyToken] }))?.status).toBe(200);
    expect(answerChallenge('meta', get(query, { secrets: [verifyToken], verifyToken: 'other' }))?.status).toBe(403);
  });

  it.each([
    query.replace('meatyhamhock', 'meatyhamhocks'),
    query.replace('meatyhamhock', ''),
    query.replace('&hub.verify_token=meatyhamhock', ''),
    `${query}&hub.verify_token=meatyhamhock`,
  ])('gets nothing with %s', (other) => {
    for (const given of [{ verifyToken }, { verifyToken: '' }, {}]) {
      expect(answerChallenge('meta', get(other, given))).toMatchObject({ status: 403, body: '' });
    }
  });

  it('gets nothing that is long or repeated', () => {
    for (const challenge of [`hub.challenge=${'1'.repeat(513)}`, 'hub.challenge=1&hub.challenge=2', '']) {
      const other = query.replace('hub.challenge=1158201444', challenge);
      expect(answerChallenge('meta', get(other, { verifyToken }))).toMatchObject({ status: 400, body: '' });
    }
  });

  it('sends events as well', () => {
    expect(
      answerChallenge('meta', post({ object: 'page', entry: [] }, { url: `/in${query}`, verifyToken })),
    ).toBeNull();
    expect(answerChallenge('meta', get('?hub.mode=unsubscribe', { verifyToken }))).toBeNull();
  });
});

describe('Zoom', () => {
  const plainToken = 'qgg8vlvZRS6UYooatFL8Aw';
  const validation = (payload: unknown) => ({ event: 'endpoint.url_validation', payload });
  const encrypted = (secret: string) => createHmac('sha256', secret).update(plainToken).digest('hex');

  it('gets its token back, and what we made of it with the secret', () => {
    const answer = answerChallenge('zoom', post(validation({ plainToken }), { secrets: ['first', 'second'] }));
    expect(answer).toMatchObject({ status: 200, headers: { 'content-type': 'application/json' } });
    expect(JSON.parse(answer!.body)).toEqual({ plainToken, encryptedToken: encrypted('first') });
  });

  it('gets it by the secret that signed the request', () => {
    const input = signed('zoom', { body: Buffer.from(JSON.stringify(validation({ plainToken }))) });
    const [secret = ''] = input.secrets;
    const answer = answerChallenge('zoom', { ...input, secrets: ['first', secret] });
    expect(JSON.parse(answer!.body)).toEqual({ plainToken, encryptedToken: encrypted(secret) });
    expect(answerChallenge('zoom', { ...input, secrets: ['first'] })).toMatchObject({ status: 401, body: '' });
    expect(answerChallenge('zoom', { ...input, now: NOW + 301 })).toMatchObject({ status: 401, body: '' });
  });

  it('gets nothing without a secret', () => {
    for (const secrets of [[], ['']]) {
      expect(answerChallenge('zoom', post(validation({ plainToken }), { secrets }))?.status).toBe(401);
    }
  });

  it('is nobody for whom we sign events', () => {
    const event = '{"event":"meeting.started"}';
    const asked = answerChallenge('zoom', post(validation({ plainToken: `v0:${NOW}:${event}` }), { secrets: ['s'] }));
    expect(asked).toMatchObject({ status: 400, body: '' });
  });

  it('gets no signature of anything that could be an event', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (asked) => {
        const answer = answerChallenge('zoom', post(validation({ plainToken: asked }), { secrets: ['s'] }));
        const { encryptedToken } = JSON.parse(answer?.body === '' ? '{}' : answer!.body) as { encryptedToken?: string };
        const forged = verifySignature('zoom', {
          headers: { 'x-zm-signature': `v0=${encryptedToken}`, 'x-zm-request-timestamp': asked.split(':')[1] ?? '' },
          rawBody: Buffer.from(asked.split(':').slice(2).join(':')),
          secrets: ['s'],
          toleranceSeconds: Infinity,
        });
        expect(forged.valid).toBe(false);
      }),
      { seed: 1, numRuns: 300, examples: [['v0:1:{}'], ['v0::'], ['abc']] },
    );
  });

  it.each([undefined, null, 7, {}, { plainToken: 7 }, { plainToken: '' }, { plainToken: 'x'.repeat(129) }])(
    'gets nothing for %j',
    (payload) => {
      expect(answerChallenge('zoom', post(validation(payload), { secrets: ['s'] }))?.status).toBe(400);
    },
  );

  it('sends events as well', () => {
    expect(
      answerChallenge('zoom', post({ event: 'meeting.started', payload: { plainToken } }, { secrets: ['s'] })),
    ).toBeNull();
  });
});

describe('Dropbox', () => {
  it('gets its challenge back as text that no browser takes for a page', () => {
    const answer = answerChallenge('dropbox', get('?challenge=%3Cscript%3E'));
    expect(answer).toMatchObject({ status: 200, headers: text, body: '<script>' });
  });

  it('gets nothing that is long, empty or repeated', () => {
    for (const query of [
      `?challenge=${'x'.repeat(513)}`,
      '?challenge=',
      '?challenge=a&challenge=b',
      '?challenge=a%0Ab',
    ]) {
      expect(answerChallenge('dropbox', get(query))).toMatchObject({ status: 400, body: '' });
    }
  });

  it('sends events as well', () => {
    expect(answerChallenge('dropbox', post({ list_folder: {} }, { url: '/in?challenge=abc' }))).toBeNull();
    expect(answerChallenge('dropbox', get(''))).toBeNull();
  });
});

describe('Notion', () => {
  const token = 'secret_tMrlL1qK5vuQAh1b6cZGhFChZTSYJlce98V0pYn7yBl';
  const handshake = (secrets: readonly string[], given: unknown = token) =>
    answerChallenge('notion', post({ verification_token: given }, { secrets }));

  it('gives the secret, where there is none', () => {
    expect(handshake([])).toMatchObject({ status: 200, body: '', secretToStore: token });
    expect(handshake([''])).toMatchObject({ secretToStore: token });
  });

  it('never gives another one', () => {
    const answer = handshake(['secret_another-one']);
    expect(answer).toMatchObject({ status: 401 });
    expect(answer).not.toHaveProperty('secretToStore');
  });

  it('may give the same again, which there is nothing to store of', () => {
    const answer = handshake(['secret_another-one', token]);
    expect(answer).toMatchObject({ status: 200 });
    expect(answer).not.toHaveProperty('secretToStore');
  });

  it.each([null, 7, '', 'short', 'with a space, however long', 'x'.repeat(257)])('gives no secret with %j', (given) => {
    const answer = handshake([], given);
    expect(answer).toMatchObject({ status: 400 });
    expect(answer).not.toHaveProperty('secretToStore');
  });

  it('sends events as well', () => {
    expect(answerChallenge('notion', post({ id: '1', type: 'page.created' }))).toBeNull();
  });
});

describe('every scheme', () => {
  const withHandshake: readonly SignatureScheme[] = ['slack', 'meta', 'zoom', 'dropbox', 'notion'];

  it.each(signatureSchemes.filter((scheme) => !withHandshake.includes(scheme)))('%s has no handshake', (scheme) => {
    expect(answerChallenge(scheme, post({ type: 'url_verification', challenge: 'x' }))).toBeNull();
    expect(answerChallenge(scheme, get('?challenge=x&hub.mode=subscribe&hub.challenge=x'))).toBeNull();
  });

  it.each(signatureSchemes)('%s leaves its events to verifySignature()', (scheme) => {
    expect(answerChallenge(scheme, signed(scheme))).toBeNull();
  });

  it.each(withHandshake)('%s answers garbage, or leaves it, and never throws', (scheme) => {
    const body = fc.oneof(fc.string(), fc.json(), fc.constant('{"type":"url_verification"'));
    fc.assert(
      fc.property(fc.constantFrom('GET', 'POST', 'PUT', ''), fc.string(), body, (method, query, sent) => {
        const input = { ...post(sent), method, url: `?${query}`, secrets: [secretFor(scheme)] };
        expect(answerChallenge(scheme, input)?.body ?? '').toMatch(/^[\x20-\x7e]{0,512}$/);
      }),
      { seed: 2, numRuns: 200 },
    );
  });

  it('does not parse what is longer than a handshake before it is verified', () => {
    const long = { verification_token: 'secret_long-enough-to-be-one', filler: 'x'.repeat(4096) };
    expect(answerChallenge('notion', post(long))).toBeNull();
  });

  it('is one that is known', () => {
    expect.assertions(1);
    try {
      answerChallenge('zoom-challenge' as SignatureScheme, get(''));
    } catch (error) {
      expect(isIntegrationError(error, 'SIGNATURE_SCHEME_UNKNOWN')).toBe(true);
    }
  });
});
