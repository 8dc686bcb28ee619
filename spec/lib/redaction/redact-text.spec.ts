import { describe, expect, it } from 'vitest';
import { createDenyList } from '../../../lib/redaction/deny-list.js';
import { knownSecretsOf } from '../../../lib/redaction/known-secrets.js';
import { createTextRedactor } from '../../../lib/redaction/redact-text.js';

const { redact: redactor } = createTextRedactor(createDenyList());
const redact = (text: string, secrets: readonly string[] = []) =>
  redactor(text, { knownSecrets: knownSecretsOf(secrets) });

const letters = 'A1b2C3d4E5f6G7h8I9j0';
const pemLabel = 'PRIVATE KEY';

// Put together here, so that no scanner takes this file for a leak.
const tokens: readonly (readonly [name: string, parts: readonly string[]])[] = [
  ['GitHub', ['gh', 'p_', letters]],
  ['GitHub, for apps', ['gh', 's_', letters]],
  ['GitHub, fine-grained', ['github', '_pat_', letters, '_', letters]],
  ['GitLab', ['gl', 'pat-', letters]],
  ['npm', ['np', 'm_', letters, letters]],
  ['Stripe', ['sk', '_live_', letters]],
  ['Stripe, for tests', ['sk', '_test_', letters]],
  ['Stripe, restricted', ['rk', '_live_', letters]],
  ['Standard Webhooks', ['wh', 'sec_', letters]],
  ['Slack', ['xo', 'xb-12345-', letters]],
  ['Slack, for apps', ['xa', 'pp-1-', letters]],
  ['JWT', ['ey', 'JhbGciOiJIUzI1NiJ9', '.', 'eyJzdWIiOiIxIn0', '.', letters]],
  ['JWE', ['ey', 'JhbGciOiJkaXIifQ', '..', letters, '.', letters, '.', letters]],
  ['AWS', ['AK', 'IA', 'ABCDEFGHIJKLMNOP']],
  ['Google', ['AI', 'za', letters, 'abcdefghijklmno']],
  ['Google, access', ['ya', '29.', letters]],
  ['SendGrid', ['S', 'G.', letters, '.', letters]],
  ['Shopify', ['shp', 'at_', '0123456789abcdef']],
  ['PEM', ['-----BEGIN RSA ', pemLabel, '-----\nMIIE\n-----END RSA ', pemLabel, '-----']],
];

describe('createTextRedactor', () => {
  it.each(tokens)('knows a token by its looks: %s', (_name, parts) => {
    expect(redact(`failed for <${parts.join('')}> twice`)).toBe('failed for <[REDACTED]> twice');
  });

  it('takes a private key that is cut off', () => {
    expect(redact(`key: x\n-----BEGIN ${pemLabel}-----\nMIIE`)).toBe('key: x\n[REDACTED]');
  });

  it.each([
    ['sent Bearer abcdef123456 to it', 'sent Bearer [REDACTED] to it'],
    ['sent Basic dXNlcjpwYXNz== to it', 'sent Basic [REDACTED] to it'],
    ['see https://me:s3cret@x.example/?key=s3cret&a=1.', 'see https://[REDACTED]@x.example/?key=[REDACTED]&a=1.'],
    ['POST https://hooks.slack.com/services/T0/B0/s3cret', 'POST https://hooks.slack.com/services/[REDACTED]'],
    ['<Login><Password>s3cret</Password></Login>', '<Login><Password>[REDACTED]</Password></Login>'],
    ['<w:Password Type="x">s3cret</w:Password>', '<w:Password Type="x">[REDACTED]</w:Password>'],
    ['{"error":"bad","token":"s3cret"', '{"error":"bad","token":"[REDACTED]"'],
  ])('%s', (text, redacted) => {
    expect(redact(text)).toBe(redacted);
    expect(redact(redacted)).toBe(redacted);
  });

  it('replaces exact values that it is told', () => {
    expect(redact('user mallory-1 failed', ['mallory-1'])).toBe('user [REDACTED] failed');
  });

  it.each([
    'Basic authentication is required',
    'WWW-Authenticate: Bearer realm="api", error="invalid_request"',
    'connect ECONNREFUSED 127.0.0.1:27017',
    'Unexpected token < in JSON at position 0',
    'see https://api.example/a?page=2',
    'at Object.<anonymous> (file:///app/lib/token-store.js:10:5)',
    'tickets/1.json',
  ])('leaves %j alone', (text) => {
    expect(redact(text)).toBe(text);
  });

  it.each([
    '<a ',
    '<a>x',
    'eyJabcdef.',
    'a:',
    'http://',
    '://',
    'Bearer ',
    '-----BEGIN PRIVATE KEY',
    'SG.aaaaaaaaaaaaaaaaa',
  ])('takes time linear in the length of %j, many times over', (part) => {
    const started = performance.now();
    redact(`${part.repeat(50_000)} token`);
    // Quadratic, it would take minutes.
    expect(performance.now() - started).toBeLessThan(5_000);
  });
});
