import { randomBytes } from 'node:crypto';

/** A new value for `x-github-request-id`, shaped like GitHub's: `FA2D:87B10:8879E3A:1176C87:6570B7E6`. */
export function newRequestId(): string {
  const digits = randomBytes(16).toString('hex').toUpperCase();
  return digits.replace(/^(.{4})(.{5})(.{7})(.{7})(.{8}).$/, '$1:$2:$3:$4:$5');
}
