import type { ErrorRequestHandler, Request, Response } from 'express';
import { isIntegrationError, type IntegrationError } from '../lib/errors.js';
import type { OAuthRouting } from '../lib/oauth/connect/create-connections.js';
import { createRedactor } from '../lib/redaction/redactor.js';
import type { LoggerLike } from '../lib/types/logger.js';
import { sendPage } from './oauth-page.js';
import { problemDetails } from './problem-details.js';

export interface OAuthFailureParts {
  readonly oauth: Pick<OAuthRouting, 'failurePath'>;
  readonly logger: Pick<LoggerLike, 'error'>;
}

/**
 * Answers errors of this package as the person or program in front of it understands them. Browsers that come back from
 * the other side are sent to `oauth.failurePath`; without it, and elsewhere, they get a page. Who asks for JSON gets
 * the problem document of the next error handler.
 */
export function answerOAuthFailure({ oauth, logger }: OAuthFailureParts): ErrorRequestHandler {
  const redactor = createRedactor();
  return function answerOAuthFailure(error: unknown, req, res, next) {
    if (res.headersSent || !isIntegrationError(error) || !wantsPage(req)) {
      next(error);
      return;
    }
    const { failurePath } = oauth;
    if (isCallback(req) && failurePath !== null) {
      redirect(res, withCode(failurePath, error.code));
      return;
    }
    const problem = problemDetails(error, req, { exposeDetails: false, redact: (text) => redactor.text(text) });
    if (problem.status >= 500) logger.error(`${problem.code}: ${error.message}`, { code: problem.code });
    const { title, detail, remedy, code, status } = problem;
    const paragraphs = [...new Set([detail, ...said(error), remedy])].filter((text) => text !== title);
    sendPage(res, status, { title, paragraphs: [...paragraphs, `Code: ${code}`], link: linkOf(error) });
  };
}

/** Sends a browser elsewhere, by a GET (RFC 9110, section 15.4.4). */
export function redirect(res: Response, location: string): void {
  res.status(303).set('location', location).end();
}

/** Where a person is meant to arrive, unless JSON is asked for; where a program may be, only if HTML is. */
export function wantsPage(req: Request): boolean {
  return req.accepts(isCallback(req) ? ['html', 'json'] : ['json', 'html']) === 'html';
}

export function asksForJson(req: Request): boolean {
  return req.accepts(['html', 'json']) === 'json';
}

function isCallback(req: Request): boolean {
  return /^\/oauth\/callback(?:\/|$)/i.test(req.path);
}

/** What the other side said: of a sign-in that was begun here. */
function said({ details: { description } }: IntegrationError): readonly string[] {
  return typeof description === 'string' ? [`The other side says: ${description}`] : [];
}

/** Checked when it was given. */
function linkOf({ details: { returnTo } }: IntegrationError): string | null {
  return typeof returnTo === 'string' ? returnTo : null;
}

function withCode(path: string, code: string): string {
  const [, before = '', fragment = ''] = /^([^#]*)(.*)$/s.exec(path) ?? [];
  return `${before}${before.includes('?') ? '&' : '?'}oauth_error=${code}${fragment}`;
}
