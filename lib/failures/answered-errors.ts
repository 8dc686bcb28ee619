import { property } from './cause-chain.js';

/** Where clients and SDKs keep the body of an error answer, or its `error`. */
const places: readonly (readonly string[])[] = [[], ['body'], ['data'], ['response', 'data'], ['response', 'body']];

/** What a link of a cause chain has for an `error`: OAuth's codes (RFC 6749, section 5.2) stand there. */
export function answeredErrors(link: unknown): readonly unknown[] {
  return places.map((path) => property(path.reduce(property, link), 'error'));
}
