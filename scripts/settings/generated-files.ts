import { readFileSync } from 'node:fs';
import { aliases, urlParts } from '../../server/config/alternative-names.js';
import { appJson } from './app-json.js';
import { envExample } from './env-example.js';
import { documentedGroups } from './setting-groups.js';
import { code, replaceTables, settingsTable, table } from './settings-tables.js';

const DOCUMENTS = ['docs/configuration.md', 'docs/deploy.md'];

/** The files that are generated from the declarations of the settings: path → text. */
export function generatedFiles(): Map<string, string> {
  const groups = documentedGroups();
  const tables = new Map(groups.map((group) => [group.title, settingsTable(group)]));
  tables.set('Alternative names', alternativeNames());
  return new Map([
    ['.env.example', envExample(groups)],
    ['app.json', appJson(readFileSync('app.json', 'utf8'), groups)],
    ...DOCUMENTS.map((file): [string, string] => [file, replaceTables(readFileSync(file, 'utf8'), tables)]),
  ]);
}

function alternativeNames(): string {
  return table(
    ['Name', 'Setting', ''],
    [
      ...Object.entries(aliases).map(([name, { setting, isDeprecated }]) => [
        code(name),
        code(setting),
        isDeprecated ? 'deprecated' : '',
      ]),
      ...urlParts.flatMap(({ setting, variables }) =>
        Object.entries(variables).flatMap(([part, names]) =>
          names.map((name) => [code(name), `${part} of ${code(setting)}`, 'deprecated']),
        ),
      ),
    ],
  );
}
