import { property } from './cause-chain.js';

/**
 * Octokit's error for a request that got no answer: it bears the status 500, and no response.
 *
 * @see https://github.com/octokit/request.js
 */
export function isWithoutAnswer(link: unknown): boolean {
  return (
    property(link, 'name') === 'HttpError' &&
    property(link, 'status') === 500 &&
    property(link, 'request') !== undefined &&
    property(link, 'response') === undefined
  );
}
