/**
 * Why a request is refused. The sender learns nothing of it: answer 401, and keep the code for the log.
 *
 * - `SECRET_MISSING`, `SECRET_MALFORMED`: no secret or public key was given that can be used; ours to repair.
 * - `METHOD_MISSING`, `URL_MISSING`: the scheme signs the method or the public URL, and none was given; ours as well.
 * - `SIGNATURE_MISSING`: the header is not there, or has no signature of a version that is known.
 * - `SIGNATURE_MALFORMED`: the header is repeated, too long, or not of the form that this sender gives it.
 * - `SIGNATURE_MISMATCH`: it is another body, URL or secret that was signed.
 * - `ID_MISSING`, `ID_MALFORMED`: the delivery id, where it is signed.
 * - `TIMESTAMP_MISSING`, `TIMESTAMP_MALFORMED`: there is none, or it is not of the form that this sender gives it.
 * - `TIMESTAMP_OUT_OF_TOLERANCE`: the request is signed correctly, and old, or of the future: it is sent again, or a
 *   clock is wrong.
 */
export type SignatureRefusalCode =
  | 'SECRET_MISSING'
  | 'SECRET_MALFORMED'
  | 'METHOD_MISSING'
  | 'URL_MISSING'
  | 'SIGNATURE_MISSING'
  | 'SIGNATURE_MALFORMED'
  | 'SIGNATURE_MISMATCH'
  | 'ID_MISSING'
  | 'ID_MALFORMED'
  | 'TIMESTAMP_MISSING'
  | 'TIMESTAMP_MALFORMED'
  | 'TIMESTAMP_OUT_OF_TOLERANCE';

/** What {@link verifySignature} found. */
export type SignatureVerdict =
  { readonly valid: true } | { readonly valid: false; readonly code: SignatureRefusalCode };
