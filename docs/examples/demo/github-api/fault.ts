import { z } from 'zod';

/** One thing going wrong with one request. `{}` lets the request through, to script "the second call fails". */
export interface Fault {
  /** Milliseconds to wait before the request is handled; alone, it makes a slow but successful answer. */
  readonly delayMs?: number;
  /** Answers this status with GitHub's body for it, instead of handling the request. */
  readonly status?: number;
  /** `retry-after` header of the answer: seconds, or an HTTP date. Default: no header. */
  readonly retryAfter?: number | string;
  /** More headers of the answer, or other values for its usual ones. Names in lower case. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Text to answer instead of GitHub's body for the status. */
  readonly body?: string;
  /** Resets the TCP connection (the client sees ECONNRESET) instead of answering. */
  readonly reset?: boolean;
  /** The request takes effect although its answer is lost or replaced: what makes retrying a POST risky. Default false. */
  readonly applied?: boolean;
}

/** Validates a fault that comes from outside: the admin call, the command line. */
export const faultSchema: z.ZodType<Fault> = z.strictObject({
  delayMs: z.number().nonnegative().exactOptional(),
  status: z.int().min(200).max(599).exactOptional(),
  retryAfter: z.union([z.number().nonnegative(), z.string()]).exactOptional(),
  headers: z.record(z.string(), z.string()).exactOptional(),
  body: z.string().exactOptional(),
  reset: z.boolean().exactOptional(),
  applied: z.boolean().exactOptional(),
});
