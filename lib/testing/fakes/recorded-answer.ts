import { IntegrationError } from '../../errors.js';
import { isPlainObject } from '../../plain-object.js';
import { type FakeAnswer, respond } from './fake-response.js';

/** A real answer, as it was recorded: plain JSON, without the secrets that redaction finds. */
export interface RecordedAnswer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** Parsed where it was a JSON object or list, else text; null: there was none. */
  readonly body: unknown;
  /** In the place of `body` where the answer was neither JSON nor text. */
  readonly base64?: string;
}

/** The real answers to one kind of request, in order: a response that `fake()` takes. */
export interface RecordedAnswers {
  readonly $recorded: readonly RecordedAnswer[];
}

/** By `METHOD:endpoint`. Plain JSON: write it to a file, and hand what the file holds to `fake()`. */
export type Recordings = Readonly<Record<string, RecordedAnswers>>;

/** Whether a response is one of a recording. */
export function isRecorded(response: unknown): response is RecordedAnswers {
  return isPlainObject(response) && Array.isArray(response.$recorded);
}

/** @throws IntegrationError `OPTIONS_INVALID` for what is no recording of this package */
export function replayed(answers: RecordedAnswers): readonly FakeAnswer[] {
  return answers.$recorded.map((answer: unknown) => {
    if (!isAnswer(answer)) throw new IntegrationError('OPTIONS_INVALID', 'A recording holds what is no answer.');
    const { status, headers, body, base64 } = answer;
    return respond({ status, headers, body: base64 === undefined ? body : Buffer.from(base64, 'base64') });
  });
}

function isAnswer(answer: unknown): answer is RecordedAnswer {
  return isPlainObject(answer) && typeof answer.status === 'number' && isPlainObject(answer.headers);
}
