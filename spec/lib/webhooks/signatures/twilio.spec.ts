import { describe, expect, it } from 'vitest';
import { verifySignature, type VerifySignatureInput } from '../../../../lib/index.js';
import { hmac, sha256 } from './signers.js';

const token = '12345';

/** Twilio signs one spelling of the URL and the content of the form; another spelling, and a form, arrive. */
function codeOf({
  signedUrl,
  content = '',
  ...received
}: {
  readonly signedUrl: string;
  readonly content?: string;
  readonly url?: string;
  readonly body?: string;
}): string | null {
  const input: VerifySignatureInput = {
    headers: { 'x-twilio-signature': hmac('sha1', 'base64', token, signedUrl, content) },
    rawBody: Buffer.from(received.body ?? ''),
    secrets: [token],
    url: received.url ?? signedUrl,
  };
  const verdict = verifySignature('twilio', input);
  return verdict.valid ? null : verdict.code;
}

describe('the URL', () => {
  const path = '/app.php?foo=1&bar=2';

  it.each([
    ['without its port', 'https://example.com:8443', 'https://example.com'],
    ['without the default port', 'https://example.com:443', 'https://example.com'],
    ['with the default port of https', 'https://example.com', 'https://example.com:443'],
    ['with the default port of http', 'http://example.com', 'http://example.com:80'],
    ['with its port', 'http://example.com:8080', 'http://example.com:8080'],
    ['without the port, behind credentials', 'https://me:pw@example.com:8443', 'https://me:pw@example.com'],
    ['with the default port, behind credentials', 'https://me:pw@example.com', 'https://me:pw@example.com:443'],
    ['without the port of an IPv6 address', 'https://[::1]:8443', 'https://[::1]'],
    ['with the default port of an IPv6 address', 'https://[::1]', 'https://[::1]:443'],
  ])('may be signed %s', (_, received, signed) => {
    expect(codeOf({ url: received + path, signedUrl: signed + path })).toBeNull();
  });

  it.each([
    ["https://example.com/a?q=it's", 'https://example.com/a?q=it%27s'],
    ['https://example.com/a?q=it%27s', "https://example.com/a?q=it's"],
    ["https://example.com/a?q=it's", "https://example.com:443/a?q=it's"],
    ["https://example.com/a?q=it's", 'https://example.com:443/a?q=it%27s'],
    ['https://EXAMPLE.com/a', 'https://example.com/a'],
    ['https://example.com', 'https://example.com/'],
    ['https://example.com/a b', 'https://example.com/a%20b'],
  ])('may be received as %s and signed as %s', (url, signedUrl) => {
    expect(codeOf({ url, signedUrl })).toBeNull();
  });

  it.each([
    ['https://example.com/app', 'http://example.com/app'],
    ['https://example.com/app', 'https://example.org/app'],
    ['https://example.com/app', 'https://example.com:8443/app'],
    ['https://example.com/app?a=1', 'https://example.com/app'],
    ['https://example.com/app?a=1', 'https://example.com/app?a=1&b=2'],
    ['https://example.com/app', '/app'],
  ])('received as %s is not one that was signed as %s', (url, signedUrl) => {
    expect(codeOf({ url, signedUrl })).toBe('SIGNATURE_MISMATCH');
  });

  it('has to be given', () => expect(codeOf({ signedUrl: '' })).toBe('URL_MISSING'));

  it.each(['/app?x=1', 'nonsense', 'https://', 'https://[', '*', '//evil'])('may be no URL at all: %s', (url) => {
    expect(codeOf({ signedUrl: 'https://example.com/app', url })).toBe('SIGNATURE_MISMATCH');
  });
});

describe('a form', () => {
  const signedUrl = 'https://example.com/app';
  const form = (body: string, content: string) => codeOf({ signedUrl, body, content });

  it('is signed as its sorted parameters, decoded, also when they are empty', () => {
    expect(form('To=%2B1800&Body=a+b%26%C3%A9&Empty=&From=%2b1415', 'Bodya b&éEmptyFrom+1415To+1800')).toBeNull();
  });

  it('has upper case before lower case', () => expect(form('b=1&C=2&a=3', 'C2a3b1')).toBeNull());

  it('has repeated values once, and sorted', () => {
    expect(form('A=2&A=1&B=x&A=2', 'A1A2Bx')).toBeNull();
    expect(form('A=2&A=1&A=2', 'A2A1A2')).toBe('SIGNATURE_MISMATCH');
  });

  it('may have none', () => expect(form('', '')).toBeNull());

  it.each([
    ['names without values', 'a&b', 'ab'],
    ['nothing but separators', '&&', ''],
    ['values without names', '=ab', 'ab'],
    ['spaces', 'a=b c', 'ab c'],
    ['escapes that are incomplete', 'a=%4', 'a%4'],
    ['escapes that are no UTF-8', 'a=%FF', 'a\uFFFD'],
    ['letters that are not escaped', 'a=é', 'aé'],
  ])('has no %s, for all that the same would be signed', (_, body, content) => {
    expect(form(body, content)).toBe('SIGNATURE_MISMATCH');
  });

  it('has no more parameters than body parsers take', () => {
    const names = Array.from({ length: 1001 }, (_, index) => `p${index}`);
    const bodyOf = (list: readonly string[]) => list.map((name) => `${name}=`).join('&');
    expect(form(bodyOf(names.slice(1)), names.slice(1).sort().join(''))).toBeNull();
    expect(form(bodyOf(names), names.sort().join(''))).toBe('SIGNATURE_MISMATCH');
  });
});

describe('anything else', () => {
  const body = '{"property": "value"}';
  const withHash = (hash: string) => `https://example.com/app?a=1&bodySHA256=${hash}`;

  it('is signed by its hash in the URL', () => {
    expect(codeOf({ signedUrl: withHash(sha256(body)), body })).toBeNull();
  });

  it('is refused with the hash of something else, with two, and with none', () => {
    const other = sha256('{}');
    expect(codeOf({ signedUrl: withHash(other), body })).toBe('SIGNATURE_MISMATCH');
    expect(codeOf({ signedUrl: withHash(''), body })).toBe('SIGNATURE_MISMATCH');
    expect(codeOf({ signedUrl: `${withHash(sha256(body))}&bodySHA256=${other}`, body })).toBe('SIGNATURE_MISMATCH');
    expect(codeOf({ signedUrl: 'https://example.com/app', body })).toBe('SIGNATURE_MISMATCH');
    expect(codeOf({ signedUrl: 'https://example.com/app', body: 'anything at all' })).toBe('SIGNATURE_MISMATCH');
  });

  it('is refused with the right hash in a URL that was not signed', () => {
    expect(codeOf({ signedUrl: 'https://example.com/app?a=1', url: withHash(sha256(body)), body })).toBe(
      'SIGNATURE_MISMATCH',
    );
  });
});
