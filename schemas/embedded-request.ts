import { Schema } from 'mongoose';
import type { RequestSummary } from '../lib/context.js';

/** How many summaries a document embeds; `requestCount` counts on beyond it. */
export const maxEmbeddedRequests = 50;

/** The fields of a document that embeds a summary of the calls made while it ran. */
export interface EmbedsRequests {
  /** The first `maxEmbeddedRequests` calls. */
  requests: RequestSummary[];
  /** How many calls there were. */
  requestCount: number;
}

/** The embedded `requests[]` subdocument of operation logs, webhooks and sync items. */
export function embeddedRequestSchema(): Schema<RequestSummary> {
  return new Schema<RequestSummary>(
    {
      requestId: { type: Schema.Types.ObjectId, required: true },
      endpoint: { type: String, required: true },
      method: { type: String, required: true },
      statusCode: { type: Number, default: null },
      durationMs: { type: Number, required: true },
      failureClass: { type: String, default: null },
      startedAt: { type: Date, required: true },
    },
    { _id: false },
  );
}
