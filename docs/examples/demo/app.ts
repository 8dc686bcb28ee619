import express, { type Express } from 'express';
import { integrationErrorHandler, integrationOf, integrationsRouter, loadIntegration } from 'express-integrations';
import { importIssues, listIssues, openIssue, readIssue } from './issues.js';
import { logReport } from './log-report.js';
import { plain } from './terminal.js';

/** The application: what a user of the package writes. */
export function createApp(): Express {
  const app = express();
  const loadGitHub = loadIntegration('github', { name: 'Local GitHub' });
  // Who may connect and disconnect: an application would ask who is logged in.
  app.use(integrationsRouter({ guard: () => true }));
  app.use(express.json());
  app.get('/issues', loadGitHub, async (req, res) => {
    const { page = '1', per_page: perPage = '30' } = req.query;
    res.json(await listIssues(integrationOf(req), { page: Number(page), perPage: Number(perPage) }));
  });
  app.post('/issues', loadGitHub, async (req, res) => {
    res.status(201).json(await openIssue(integrationOf(req), 'Opened by the demo'));
  });
  app.get('/issues/:number', loadGitHub, async (req, res) => {
    res.json(await readIssue(integrationOf(req), String(req.params.number)));
  });
  app.post('/import', loadGitHub, async (req, res) => {
    res.json(await importIssues(integrationOf(req)));
  });
  app.get('/log', loadGitHub, async (req, res) => {
    const lines = await logReport(integrationOf(req), plain);
    res.type('text/plain').send(`${lines.join('\n')}\n`);
  });
  app.use(integrationErrorHandler());
  return app;
}
