import type { Types } from 'mongoose';
import type { EmbedsRequests } from '../../schemas/embedded-request.js';
import type { OperationContext, RequestSummary } from '../context.js';
import { createRequestCollector, type RequestCollector } from './request-collector.js';

/** The operation that an attempt belongs to; gathers the calls that the attempt makes. */
export class CallNotes implements OperationContext {
  readonly operation: string;
  readonly logId: Types.ObjectId | null;
  #collector: RequestCollector | null = null;

  constructor(operation: string, logId: Types.ObjectId | null) {
    this.operation = operation;
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
