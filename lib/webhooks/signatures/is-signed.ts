import { verify } from 'node:crypto';
import type { Keys } from './keys.js';
import { bytesOf, macOf } from './mac-of.js';
import { sameBytes } from './same-bytes.js';
import type { SchemeRule, SignedContent, SignedParts } from './scheme-rule.js';
import type { SignatureHeader } from './signature-header.js';

/** Did the holder of one of the keys sign these parts of a request? */
export function isSigned(rule: SchemeRule, parts: SignedParts, signature: SignatureHeader, keys: Keys): boolean {
  return rule
    .contents(parts)
    .some((content) => hasMac(rule, content, signature, keys) || hasEd25519(content, signature, keys));
}

function hasMac({ digest }: SchemeRule, content: SignedContent, { macs }: SignatureHeader, { secrets }: Keys): boolean {
  if (macs.length === 0) return false;
  return secrets.some((key) => {
    const expected = macOf(digest, key, content);
    return macs.some((mac) => sameBytes(mac, expected));
  });
}

function hasEd25519(content: SignedContent, { ed25519 }: SignatureHeader, { publicKeys }: Keys): boolean {
  if (ed25519.length === 0 || publicKeys.length === 0) return false;
  const message = bytesOf(content);
  return publicKeys.some((key) => ed25519.some((signature) => verify(null, message, key, signature)));
}
