import type { SchemeRule } from '../../webhooks/signatures/scheme-rule.js';
import type { TimestampUnit } from '../../webhooks/signatures/timestamp.js';

/** Signatures of both kinds. */
interface Signatures {
  readonly macs: readonly Buffer[];
  readonly ed25519: readonly Buffer[];
}

/** A timestamp as a sender writes it. */
export function writtenTimestamp(at: Date, unit: TimestampUnit): string {
  if (unit === 'iso') return at.toISOString().replace(/\.\d+Z$/, 'Z');
  return unit === 'seconds' ? String(Math.floor(at.getTime() / 1_000)) : String(at.getTime());
}

/** The signature header of a scheme: what `readSignatureHeader()` reads. */
export function writtenSignature(rule: SchemeRule, timestamp: string, { macs, ed25519 }: Signatures): string {
  const { form, prefix = '', encoding } = rule;
  const texts = macs.map((mac) => mac.toString(encoding));
  switch (form) {
    case 'single':
      return `${prefix}${texts.join('')}`;
    case 'pairs':
      return [`t=${timestamp}`, ...texts.map((text) => `v1=${text}`)].join(',');
    case 'versions':
      return [
        ...texts.map((text) => `v1,${text}`),
        ...ed25519.map((signature) => `v1a,${signature.toString(encoding)}`),
      ].join(' ');
    case 'basic':
      return `Basic ${texts.join('')}`;
  }
}
