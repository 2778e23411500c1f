import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { findExamples } from './examples.ts'

const root = join(import.meta.dirname, '..')

/** The packages that a page tells to install before its first example. */
function installedBy(markdown: string): string[] {
  const before = markdown.slice(0, markdown.indexOf('```ts run'))
  const commands = before.split('\n').filter(line => line.startsWith('npm install '))
  return commands.flatMap(line => line.split(' ').slice(2)).filter(word => !word.startsWith('-'))
}

/** The packages that code imports: `valibot`, `@arlen/http`. */
function importedBy(code: string): string[] {
  const specifiers = [...code.matchAll(/\bfrom '([^'.][^']*)'/g)].map(([, specifier]) => specifier!)
  return specifiers
    .filter(specifier => !specifier.startsWith('node:'))
    .map(specifier =>
      specifier
        .split('/')
        .slice(0, specifier.startsWith('@') ? 2 : 1)
        .join('/'),
    )
}

/** What examples import and their page does not tell to install; strict package managers show nothing else. */
function missingIn(name: string, markdown: string): string[] {
  const wanted = findExamples(markdown).flatMap(({ code }) => importedBy(code))
  const installed = installedBy(markdown)
  return [...new Set([name, ...wanted])].filter(each => !installed.includes(each))
}

const packages = globSync('packages/*/package.json', { cwd: root })
  .map(path => ({ path, manifest: JSON.parse(readFileSync(join(root, path), 'utf8')) }))
  .filter(({ manifest }) => !manifest.private)
  .map(({ path, manifest }) => [manifest.name as string, join(root, path, '../README.md')] as const)

test.each(packages)('the README of %s installs all that its examples import', (name, readme) => {
  expect(missingIn(name, readFileSync(readme, 'utf8'))).toEqual([])
})

test('an example that imports more than its page installs is found', () => {
  const example = "```ts run\nimport { a } from '@arlen/http'\nimport b from 'valibot/x'\nimport 'node:fs'\n```\n"
  expect(missingIn('arlen', `${example}`)).toEqual(['arlen', '@arlen/http', 'valibot'])
  expect(missingIn('arlen', `npm install arlen\nnpm install --save-dev valibot\n${example}`)).toEqual(['@arlen/http'])
})
