import type { Answer } from './answer.js';
import type { ApiRequest } from './api-request.js';
import type { Caller } from './credentials.js';

/** Answers the requests it knows, undefined for the others: the next route is asked. */
export type Route = (request: ApiRequest, caller: Caller) => Answer | undefined;
