import { createHash, createHmac } from 'node:crypto';
import type { Digest, SignedContent } from './scheme-rule.js';

/** What a sender with that key sends of this content, and what is compared with it. */
export function macOf(digest: Digest, key: Buffer, content: SignedContent): Buffer {
  if (digest === 'none') return key;
  const hash =
    digest === 'sha256-after-secret'
      ? createHash('sha256').update(key)
      : createHmac(digest === 'hmac-sha1' ? 'sha1' : 'sha256', key);
  for (const part of content) hash.update(part);
  return hash.digest();
}

/** The content in one piece. */
export function bytesOf(content: SignedContent): Buffer {
  return Buffer.concat(content.map((part) => (typeof part === 'string' ? Buffer.from(part) : part)));
}
