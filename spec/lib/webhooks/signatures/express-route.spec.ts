import { once } from 'node:events';
import { request, type IncomingMessage, type OutgoingHttpHeaders } from 'node:http';
import express from 'express';
import { beforeEach, describe, expect, it } from 'vitest';
import { answerChallenge, verifySignature, type SignatureScheme } from '../../../../lib/index.js';
import { useHttpServer } from '../../../support/http-server.js';
import { hmac, signed } from './signers.js';

const server = useHttpServer();
let secrets: string[] = [];
let codes: string[] = [];

/** A receiver written by hand, as the page shows it. */
function receiver(): express.Express {
  const app = express();
  app.all('/hooks/:scheme', express.raw({ type: () => true }), (req, res) => {
    const scheme = req.params.scheme as SignatureScheme;
    const { method, headers } = req;
    const rawBody = (req.body as Buffer | undefined) ?? Buffer.alloc(0);
    const received = { method, headers, rawBody, secrets, url: `https://hooks.example.com${req.originalUrl}` };
    const answer = answerChallenge(scheme, received);
    if (answer !== null) {
      if (answer.secretToStore !== undefined) secrets = [answer.secretToStore];
      res.status(answer.status).set(answer.headers).send(answer.body);
      return;
    }
    const verdict = verifySignature(scheme, received);
    if (!verdict.valid) codes.push(verdict.code);
    res.sendStatus(verdict.valid ? 200 : 401);
  });
  return app;
}

beforeEach(() => {
  secrets = ['a secret'];
  codes = [];
  server.answer(receiver());
});

async function send(path: string, headers: OutgoingHttpHeaders, body: Buffer, method = 'POST') {
  const sent = request(`${server.origin}${path}`, { method, headers });
  sent.end(body);
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  const chunks = await response.toArray();
  return { status: response.statusCode, headers: response.headers, text: Buffer.concat(chunks).toString() };
}

describe('a route of an application', () => {
  it('verifies bytes that are no text in any encoding', async () => {
    const body = Buffer.from([0xff, 0x00, 0xc3, 0x28, 0x0d, 0x0a]);
    const { headers } = signed('github', { secret: 'a secret', body });
    expect((await send('/hooks/github', { ...headers }, body)).status).toBe(200);
  });

  it('refuses a signature that is sent twice', async () => {
    const body = Buffer.from('{}');
    const { headers } = signed('github', { secret: 'a secret', body });
    const value = String(headers['x-hub-signature-256']);
    expect((await send('/hooks/github', { 'X-Hub-Signature-256': [value, value] }, body)).status).toBe(401);
    expect(codes).toEqual(['SIGNATURE_MALFORMED']);
  });

  it('verifies an empty body, and none', async () => {
    const headers = { 'x-hub-signature-256': `sha256=${hmac('sha256', 'hex', 'a secret', '')}` };
    expect((await send('/hooks/github', headers, Buffer.alloc(0))).status).toBe(200);
    expect((await send('/hooks/github', headers, Buffer.alloc(0), 'GET')).status).toBe(200);
  });

  it('verifies the URL as it is called, escapes and all', async () => {
    const path = "/hooks/twilio?q=it's%20%2f&b";
    const signature = hmac('sha1', 'base64', 'a secret', `https://hooks.example.com${path}`, 'Digits1234');
    const headers = { 'x-twilio-signature': signature };
    expect((await send(path, headers, Buffer.from('Digits=1234'))).status).toBe(200);
    expect((await send(`${path}=`, headers, Buffer.from('Digits=1234'))).status).toBe(401);
  });

  it('learns its secret from Notion, and verifies with it from then on', async () => {
    secrets = [];
    const token = 'secret_tMrlL1qK5vuQAh1b6cZGhFChZTSYJlce98V0pYn7yBl';
    const handshake = (given: string) =>
      send('/hooks/notion', {}, Buffer.from(JSON.stringify({ verification_token: given })));
    expect((await handshake(token)).status).toBe(200);
    expect((await handshake('secret_of-somebody-else')).status).toBe(401);
    const body = Buffer.from('{"type":"page.created"}');
    const { headers } = signed('notion', { secret: token, body });
    expect((await send('/hooks/notion', { ...headers }, body)).status).toBe(200);
  });

  it('echoes a challenge as plain text', async () => {
    const answer = await send('/hooks/dropbox?challenge=%3Cb%3E', {}, Buffer.alloc(0), 'GET');
    expect(answer).toMatchObject({
      status: 200,
      text: '<b>',
      headers: { 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff' },
    });
  });
});
