import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';

/** Idioms that obscure the subject or the verb of a sentence. CONTRIBUTING.md has the rule, with examples. */
const IDIOMS: Record<string, RegExp> = {
  'a vague verb instead of notify, send, publish, report or return': /\b(?:told|tells?|telling)\b/gi,
  'a relative pronoun as a subject':
    /\b(?:[Ww]hoever|[Ww]hom(?:ever)?)\b|(?:^|[.:;] |\/\*\* |\/\/ |\* |- )(?:Who|What|Whatever) (?![^.\n]*\?)/gm,
  'an indefinite person as a subject': /\b(?:nobody|somebody|everybody|anybody)\b/gi,
  'a masculine default': /\b(?:he|him|his|himself)\b/gi,
  'an archaic adverb or phrase': /\b(?:anew|in vain|for want of|by which|meanwhile)\b/gi,
  'a quantity without a number': /\bso many\b/gi,
  '"none" as a predicate': /\b(?:is|are|was|were) none\b/gi,
  '"away" for unavailable': /\b(?:is|are|was|were|be) away\b/gi,
};

const FOLDERS = [
  'bench',
  'deploy',
  'docs',
  'packages',
  'scripts',
  'server',
  'static',
  'tests',
  'views',
  '.github',
];
const GENERATED = /(?:^|\/)(?:node_modules|dist|build)\/|^tests\/language\.test\.ts$|package-lock\.json$/;

/** Texts that users and contributors read: sources, documents, settings of tools. */
function texts(): [file: string, text: string][] {
  const inFolders = FOLDERS.filter((folder) => existsSync(folder)).flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((file) => path.posix.join(folder, file)),
  );
  return [...readdirSync('.'), ...inFolders]
    .filter((file) => /\.(ts|md|pug|yaml|yml|sh|css|cjs|json)$/.test(file) && !GENERATED.test(file))
    .map((file) => [file, readFileSync(file, 'utf8')]);
}

function findings(text: string, idiom: RegExp): string[] {
  return [...text.matchAll(idiom)].map((match) => {
    const line = text.slice(0, match.index).split('\n').length;
    return `${line}: ${text.split('\n')[line - 1]?.trim()}`;
  });
}

describe('the language of the project', () => {
  const all = texts();

  test.each(Object.entries(IDIOMS))('no text contains %s', (_name, idiom) => {
    expect(all.flatMap(([file, text]) => findings(text, idiom).map((line) => `${file}:${line}`))).toEqual([]);
  });

  test('the check finds an idiom in a comment, a title and a document', () => {
    const text =
      "// Whoever asks is told so.\ntest('to nobody')\n- Who reads this may leave.\nWhat is a room?";
    const found = Object.values(IDIOMS).flatMap((idiom) => findings(text, idiom));
    expect(found).toHaveLength(4);
  });
});
