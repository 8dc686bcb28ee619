import type { ApiRequest } from './api-request.js';
import type { Fault } from './fault.js';

/** A request the server received and what became of it, for assertions. */
export interface RecordedRequest extends ApiRequest {
  /** The `x-github-request-id` of the answer. */
  readonly requestId: string;
  /**
   * The answered status, even if the client left before reading it; absent while the answer is pending, and for good
   * after a connection reset.
   */
  status?: number;
  /** The fault it met, if any. */
  readonly fault?: Fault;
}
