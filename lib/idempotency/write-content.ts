import type { Fingerprints } from '../fingerprint/fingerprints.js';
import type { CallSpec } from '../requests/call-spec.js';
import type { LedgerRecord } from './ledger-record.js';

/** What a key stands for. Not the headers: some are other ones each time, a trace id say. */
export function writeContent({ endpoint, method, target, data, options }: CallSpec): object {
  return { endpoint, method, target: target.kind === 'url' ? target.url : 'callback', data, query: options.query };
}

/** Whether the call is a repetition; also where the encryption key is gone by which that could be told. */
export function isSameWrite(fingerprints: Fingerprints, spec: CallSpec, record: LedgerRecord): boolean {
  const ours = fingerprints.of(writeContent(spec), record.fingerprintKeyId);
  return ours === null || ours.hash === record.fingerprint;
}
