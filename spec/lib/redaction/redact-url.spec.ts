import { describe, expect, it } from 'vitest';
import { createDenyList } from '../../../lib/redaction/deny-list.js';
import { redactUrl } from '../../../lib/redaction/redact-url.js';

const denyList = createDenyList();
const redact = (url: string) => redactUrl(url, denyList);

describe('redactUrl', () => {
  it.each([
    ['https://api.example/a?access_token=s3cret&page=2', 'https://api.example/a?access_token=[REDACTED]&page=2'],
    ['https://api.example/a?page=2&api-key=s3cret#top', 'https://api.example/a?page=2&api-key=[REDACTED]#top'],
    ['https://me:s3cret@api.example/a', 'https://[REDACTED]@api.example/a'],
    ['https://s3cret@api.example/a', 'https://[REDACTED]@api.example/a'],
    ['mongodb://me:s3@cret@db.example/app?w=1', 'mongodb://[REDACTED]@db.example/app?w=1'],
    ['https://app.example/cb#access_token=s3cret&state=x', 'https://app.example/cb#access_token=[REDACTED]&state=x'],
    ['/callback?code=s3cret&lang=de', '/callback?code=[REDACTED]&lang=de'],
    ['/file?X-Amz-Signature=s3cret&X-Amz-Date=1', '/file?X-Amz-Signature=[REDACTED]&X-Amz-Date=1'],
    ['/a?user%5Bpassword%5D=s3cret&%61pi_key=s3cret', '/a?user%5Bpassword%5D=[REDACTED]&%61pi_key=[REDACTED]'],
    ['/a?token=s3=cret==&b=1', '/a?token=[REDACTED]&b=1'],
    ['/a?token=s3cret;b=1', '/a?token=[REDACTED];b=1'],
  ])('%s', (url, redacted) => {
    expect(redact(url)).toBe(redacted);
    expect(redact(redacted)).toBe(redacted);
  });

  it.each([
    'https://api.example/a%20b/?q=%E4%BD%A0+x&&b=&%zz=1#top',
    'https://api.example:8443/token/secret?page=2',
    '/users/me@example.com?token=',
    'tickets.list',
    '%?=&#',
    '',
  ])('keeps %j byte for byte', (url) => {
    expect(redact(url)).toBe(url);
  });
});
