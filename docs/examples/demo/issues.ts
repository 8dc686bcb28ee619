import type { IntegrationDocument } from 'express-integrations';

/** A page of the open issues of the integration's repository: as GitHub has it, checked against a JSON Schema. */
export async function listIssues(github: IntegrationDocument, { page = 1, perPage = 30 } = {}) {
  const issues = await github
    .at('/repos/{owner}/{repo}/issues')
    .withData({ state: 'open', sort: 'created', direction: 'asc', page, per_page: perPage })
    .as({
      title: 'a list of issues',
      type: 'array',
      items: {
        type: 'object',
        properties: { number: { type: 'integer' }, title: { type: 'string' } },
        required: ['number', 'title'],
      },
    })
    .get();
  return issues ?? [];
}

/** All open issues, page by page. */
export async function* issuePages(github: IntegrationDocument, perPage: number) {
  for (let page = 1, isLast = false; !isLast; page += 1) {
    const issues = await listIssues(github, { page, perPage });
    yield issues;
    isLast = issues.length < perPage;
  }
}

/** One issue. A 404 of GitHub's raises `HttpResponseError`. */
export function readIssue(github: IntegrationDocument, number: string) {
  return github.at('/repos/{owner}/{repo}/issues/{number}').withData({ number }).get();
}

/** Opens an issue: a write, which is not repeated unless the caller asks for it. */
export function openIssue(github: IntegrationDocument, title: string) {
  return github.at('/repos/{owner}/{repo}/issues').withData({ title }).post();
}

/** Walks through all issues as one operation: the log shows it with the calls made in its course. */
export function importIssues(github: IntegrationDocument) {
  return github.runOperation({ operation: 'import', metadata: { perPage: 5 } }, async ({ report }) => {
    let imported = 0;
    for await (const issues of issuePages(github, 5)) imported += issues.length;
    report({ summary: `${String(imported)} issues imported`, resultData: { imported } });
    return { imported };
  });
}
