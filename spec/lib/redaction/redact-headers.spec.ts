import { describe, expect, it } from 'vitest';
import { createRedactor } from '../../../lib/redaction/redactor.js';

describe('redactHeaders', () => {
  it('replaces the values of denied headers and what looks secret in the others', () => {
    const headers = {
      Authorization: 'Bearer s3cret',
      'set-cookie': ['a=s3cret', 'b=s3cret'],
      'X-Hub-Signature-256': 'sha256=s3cret',
      location: 'https://x.example/?access_token=s3cret',
      link: ['<https://x.example/?page=2>; rel="next"'],
      'content-length': 12,
      etag: undefined,
    };
    const before = structuredClone(headers);
    expect(createRedactor().headers(headers)).toEqual({
      Authorization: '[REDACTED]',
      'set-cookie': '[REDACTED]',
      'X-Hub-Signature-256': '[REDACTED]',
      location: 'https://x.example/?access_token=[REDACTED]',
      link: ['<https://x.example/?page=2>; rel="next"'],
      'content-length': '12',
      etag: undefined,
    });
    expect(headers).toEqual(before);
  });
});
