import type { ChallengeAnswer } from './challenges/answers.js';
import type { ChallengeInput, ChallengeRequest } from './challenges/challenge-input.js';
import { answerDropbox } from './challenges/dropbox.js';
import { answerMeta } from './challenges/meta.js';
import { answerNotion } from './challenges/notion.js';
import { answerSlack } from './challenges/slack.js';
import { answerZoom } from './challenges/zoom.js';
import { checkInput } from './check-input.js';
import { texts } from './keys.js';
import { ruleOf } from './scheme-of.js';
import type { SignatureScheme } from './schemes.js';

type Handshake = (request: ChallengeRequest) => ChallengeAnswer | null;

const handshakes: Readonly<Partial<Record<SignatureScheme, Handshake>>> = {
  slack: answerSlack,
  meta: answerMeta,
  zoom: answerZoom,
  dropbox: answerDropbox,
  notion: answerNotion,
};

/**
 * The answer to a handshake: what a sender asks before it sends events, to find out that the URL is ours. To be asked
 * before {@link verifySignature}, because not all of them are signed; null for what is no handshake, as everything is of
 * the schemes that have none.
 *
 * @throws {IntegrationError} SIGNATURE_SCHEME_UNKNOWN, OPTIONS_INVALID: mistakes of the caller
 */
export function answerChallenge(scheme: SignatureScheme, input: ChallengeInput): ChallengeAnswer | null {
  ruleOf(scheme);
  const request = { ...input, rawBody: input.rawBody ?? Buffer.alloc(0) };
  checkInput(request);
  return handshakes[scheme]?.({ ...request, secrets: texts(request.secrets) }) ?? null;
}
