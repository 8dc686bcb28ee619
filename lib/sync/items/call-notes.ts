import type { Types } from 'mongoose';
import type { EmbedsRequests } from '../../../schemas/embedded-request.js';
import type { OperationContext, RequestSummary } from '../../context.js';
import { createRequestCollector, type RequestCollector } from '../../operations/request-collector.js';

/** The run as the operation that a listener belongs to; gathers the calls that one attempt makes. */
export class CallNotes implements OperationContext {
  readonly operation = 'sync';
  readonly logId: Types.ObjectId;
  #collector: RequestCollector | null = null;

  constructor(logId: Types.ObjectId) {
    this.logId = logId;
  }

  noteRequest(summary: RequestSummary): void {
    this.#collector ??= createRequestCollector();
    this.#collector.note(summary);
  }

  /** A copy, because what has been left may still make calls; null: there are none. */
  collected(): EmbedsRequests | null {
    if (this.#collector === null) return null;
    const { requests, requestCount } = this.#collector.collected();
    return { requests: [...requests], requestCount };
  }
}
