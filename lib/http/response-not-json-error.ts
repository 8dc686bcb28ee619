import { IntegrationError } from '../errors.js';
import type { HttpResponse } from './messages.js';

/** An answer that should be JSON is not. */
export class ResponseNotJsonError extends IntegrationError<'RESPONSE_NOT_JSON'> {
  override readonly name = 'ResponseNotJsonError';
  /** The answer with the text that was received, for the log. Hidden from JSON.stringify and console.log. */
  declare readonly response: HttpResponse;

  constructor(requestLine: string, response: HttpResponse) {
    const { statusCode } = response;
    super('RESPONSE_NOT_JSON', `${requestLine} answered ${String(statusCode)} with a body that is no JSON.`, {
      details: { statusCode },
    });
    Object.defineProperty(this, 'response', { value: response, enumerable: false });
  }
}
