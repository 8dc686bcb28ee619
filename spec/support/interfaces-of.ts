import { readFileSync } from 'node:fs';
import ts from 'typescript';

/** An interface as it is written down, without what it inherits. */
export interface WrittenInterface {
  readonly exported: boolean;
  readonly extends: readonly string[];
  readonly required: readonly string[];
  readonly optional: readonly string[];
  /** For a member whose type is an object literal: the names in it. */
  readonly namesIn: (member: string) => readonly string[];
}

/** The interfaces of a source file, by name: types are gone at run time, so that a spec has to read them. */
export function interfacesOf(file: URL): Map<string, WrittenInterface> {
  const source = ts.createSourceFile(file.pathname, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true);
  const found = source.statements.filter((statement) => ts.isInterfaceDeclaration(statement));
  return new Map(found.map((declaration) => [declaration.name.text, written(declaration)]));
}

function written(declaration: ts.InterfaceDeclaration): WrittenInterface {
  const bases = (declaration.heritageClauses ?? []).flatMap(({ types }) => types);
  const { members } = declaration;
  return {
    exported: declaration.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) ?? false,
    extends: bases.map(({ expression }) => expression.getText()),
    required: members.filter(({ questionToken }) => questionToken === undefined).map(nameOf),
    optional: members.filter(({ questionToken }) => questionToken !== undefined).map(nameOf),
    namesIn(member) {
      const signature = members.find((each) => nameOf(each) === member);
      const type = signature && ts.isPropertySignature(signature) ? signature.type : undefined;
      return type && ts.isTypeLiteralNode(type) ? type.members.map(nameOf) : [];
    },
  };
}

function nameOf({ name }: ts.TypeElement): string {
  return name?.getText() ?? '';
}
