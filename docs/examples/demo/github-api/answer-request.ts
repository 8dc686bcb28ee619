import type { Answer } from './answer.js';
import type { ApiRequest } from './api-request.js';
import { Credentials } from './credentials.js';
import { notFound } from './error-answers.js';
import { withEtag } from './etag.js';
import { issueLabelRoute } from './issue-label-route.js';
import { IssueRoutes } from './issue-routes.js';
import { IssueStore } from './issue-store.js';
import { labelRoutes } from './label-routes.js';
import { LabelStore } from './label-store.js';
import type { AuthorizationParts } from './oauth/authorization-server.js';
import { RateLimit } from './rate-limit.js';
import type { Recording } from './recordings.js';
import { replay } from './replay.js';
import { RepositoryCatalogue } from './repository-catalogue.js';
import { repositoryRoute } from './repository-route.js';
import type { Route } from './route.js';
import { userRoute } from './user-route.js';
import { recordedUsers } from './user.js';
import type { TellOfIssue } from './webhooks.js';

interface AnswererOptions {
  readonly tokens: readonly string[];
  readonly rateLimit: number;
  readonly manyIssues: number;
  /** Called when an issue was opened. */
  readonly tellOfIssue: TellOfIssue;
  readonly authorization: AuthorizationParts;
}

/**
 * What a healthy GitHub answers to a request: what needs no token, else credentials, then rate limit, then the first
 * route that knows it.
 */
export function createAnswerer(
  recordings: readonly Recording[],
  origin: string,
  options: AnswererOptions,
): (request: ApiRequest) => Answer {
  const { authorization } = options;
  const credentials = new Credentials(options.tokens, recordedUsers(recordings), authorization.userOf);
  const rateLimit = new RateLimit(options.rateLimit);
  const routes = createRoutes(recordings, origin, options);
  return (request) => {
    const unauthenticated = authorization.answerUnauthenticated(request);
    if (unauthenticated) return unauthenticated;
    const identity = credentials.identify(request);
    if ('refusal' in identity) return identity.refusal;
    const { caller } = identity;
    const refusal = rateLimit.refuse(caller, request.path);
    const answer = refusal ?? withEtag(request, firstAnswer(routes, request, caller));
    // As on GitHub, a 304 is free.
    if (!refusal && answer.status !== 304) rateLimit.charge(caller, request.path);
    return { ...answer, headers: { ...answer.headers, ...rateLimit.headers(caller, request.path) } };
  };
}

/**
 * The in-memory routes come before the recorded answers, so that what a client creates or changes shows in later
 * answers.
 */
function createRoutes(
  recordings: readonly Recording[],
  origin: string,
  { manyIssues, tellOfIssue }: AnswererOptions,
): Route[] {
  const catalogue = new RepositoryCatalogue(
    recordings,
    manyIssues > 0 ? ['/repos/octokit-fixture-org/many-issues'] : [],
  );
  const issues = new IssueStore(recordings, origin);
  const crowded = catalogue.find('octokit-fixture-org', 'many-issues');
  if (crowded) issues.fill(crowded, manyIssues);
  const labels = new LabelStore(recordings, origin);
  return [
    userRoute,
    repositoryRoute(recordings, catalogue, issues),
    new IssueRoutes(origin, catalogue, issues, labels, tellOfIssue).route,
    issueLabelRoute(catalogue, issues, labels),
    labelRoutes(catalogue, labels),
    replay(recordings),
  ];
}

function firstAnswer(routes: readonly Route[], ...request: Parameters<Route>): Answer {
  for (const route of routes) {
    const answer = route(...request);
    if (answer) return answer;
  }
  return notFound();
}
