import { readFileSync } from 'node:fs';
import ts from 'typescript';
import { markdownTable, replaceTables } from './tables.js';

const source = new URL('../../../lib/events.ts', import.meta.url);

/** Writes the table of docs/events.md by the type of the events: their comments, and the members of their payloads. */
export function writeEvents(page: string): string {
  const file = ts.createSourceFile('events.ts', readFileSync(source, 'utf8'), ts.ScriptTarget.Latest, true);
  const events = file.statements
    .filter(ts.isInterfaceDeclaration)
    .filter(({ name }) => name.text === 'IntegrationEvents')
    .flatMap(({ members }) => [...members].filter(ts.isPropertySignature));
  const rows = events.map((event) => [`\`${nameOf(event)}\``, payloadOf(event).join(', '), meaningOf(event)]);
  return replaceTables(page, 'events', () => markdownTable(['Event', 'Payload', 'When'], rows));
}

function nameOf(member: ts.TypeElement): string {
  return member.name?.getText() ?? '';
}

function payloadOf({ type }: ts.PropertySignature): string[] {
  return type !== undefined && ts.isTypeLiteralNode(type) ? type.members.map(nameOf) : [];
}

function meaningOf(event: ts.PropertySignature): string {
  const [comment] = ts.getJSDocCommentsAndTags(event);
  return (ts.getTextOfJSDocComment(comment?.comment) ?? '').replaceAll(/\s+/g, ' ');
}
