import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

export const WORLD_RULE = 'world-only-at-the-edge';

/** The files that wire things up and hand clock, randomness and settings on. */
const EDGE = /^apps\/server\/src\/((main|config|app|world)\.ts$|cli\/)/;

const FORBIDDEN_MEMBERS = new Set([
  'process.env',
  'Date.now',
  'Math.random',
  'performance.now',
  'crypto.randomUUID',
  'crypto.getRandomValues',
]);
const RANDOM_SOURCES = new Set(['randomBytes', 'randomUUID', 'randomInt', 'randomFill', 'randomFillSync']);

/** Where a source of the server reaches for clock, randomness or environment instead of being given them. */
export function findWorldAccess(base, file) {
  if (EDGE.test(file)) return [];
  const source = ts.createSourceFile(
    file,
    readFileSync(join(base, file), 'utf8'),
    ts.ScriptTarget.Latest,
    true,
  );
  const found = [];
  const visit = (node) => {
    const what = worldAccess(node);
    if (what) {
      const { line } = source.getLineAndCharacterOfPosition(node.getStart());
      found.push({ rule: WORLD_RULE, file, what: `${what} in line ${line + 1}` });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

function worldAccess(node) {
  if (ts.isPropertyAccessExpression(node)) return memberAccess(node);
  if (ts.isNewExpression(node) && isDate(node.expression) && !node.arguments?.length) return 'new Date()';
  if (ts.isCallExpression(node) && isDate(node.expression)) return 'Date()';
  if (ts.isImportSpecifier(node)) return importedRandomness(node);
  return undefined;
}

function memberAccess(node) {
  const object = ts.isPropertyAccessExpression(node.expression) ? node.expression.name : node.expression;
  const member = `${object.getText()}.${node.name.text}`;
  if (FORBIDDEN_MEMBERS.has(member)) return member;
  return RANDOM_SOURCES.has(node.name.text) ? member : undefined;
}

function importedRandomness(node) {
  const name = (node.propertyName ?? node.name).text;
  return RANDOM_SOURCES.has(name) ? `import of ${name}` : undefined;
}

function isDate(node) {
  return ts.isIdentifier(node) && node.text === 'Date';
}
