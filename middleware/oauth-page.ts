import type { Response } from 'express';

/** What a page tells a person. Plain text, wherever it comes from. */
export interface OAuthPage {
  readonly title: string;
  readonly paragraphs: readonly string[];
  /** Where they can go from there; null: nowhere. */
  readonly link: string | null;
}

/** Nothing is loaded and nothing runs, whatever stands in the page. */
const policy = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

export function sendPage(res: Response, status: number, { title, paragraphs, link }: OAuthPage): void {
  const texts = paragraphs.map((text) => `<p>${escaped(text)}</p>`);
  const back = link === null ? [] : [`<p><a href="${escaped(link)}">Back</a></p>`];
  res.set({ 'content-security-policy': policy, 'x-content-type-options': 'nosniff' });
  res.status(status).type('text/html; charset=utf-8');
  res.send(
    [
      '<!doctype html><html lang="en"><meta charset="utf-8">',
      '<meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark">',
      `<title>${escaped(title)}</title><main><h1>${escaped(title)}</h1>`,
      ...texts,
      ...back,
      '</main></html>',
    ].join('\n'),
  );
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? '');
}
