import { execFile } from 'node:child_process'
import { globSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { findExamples, packageOf } from './examples.ts'

const root = join(import.meta.dirname, '..')
const compiler = join(realpathSync(join(root, 'node_modules/typescript')), 'bin/tsc')
/** The settings that `npm create arlen` writes, which is where readers paste examples. */
const settings = readFileSync(join(root, 'packages/create-arlen/templates/full/tsconfig.json'), 'utf8')
const { compilerOptions } = JSON.parse(settings.replace(/^\s*\/\/.*$/gm, ''))

test('every example has the types that it needs in a new application', async () => {
  const pages = globSync(['README.md', 'packages/*/README.md', 'docs/**/*.md'], { cwd: root })
  const files = pages.flatMap(page => {
    const examples = findExamples(readFileSync(join(root, page), 'utf8'))
    if (examples.length === 0) return []
    const folder = folderFor(page)
    return examples.map(({ line, code }) => {
      const file = join(folder, `${page.replace(/\W/g, '-')}-${line}.ts`)
      writeFileSync(file, `${code}\nexport {}\n`)
      return file
    })
  })
  expect(files.length).toBeGreaterThan(20)
  expect(await typeErrors(files)).toBe('')
})

test('an example that has other types than it says is found', async () => {
  const file = join(folderFor('docs/wrong.md'), 'wrong.ts')
  writeFileSync(file, `import { createApp } from 'arlen'\ncreateApp().onStop(() => undefined)\n`)
  expect(await typeErrors([file])).toMatch(/wrong\.ts\(2,13\): error TS2554/)
})

/** A folder from which the packages are found that a page speaks about. */
function folderFor(page: string): string {
  const parent = join(root, packageOf(page), '.arlen')
  mkdirSync(parent, { recursive: true })
  const folder = mkdtempSync(join(parent, 'example-types-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

async function typeErrors(files: readonly string[]): Promise<string> {
  const config = join(dirname(files[0]!), 'tsconfig.json')
  const options = {
    ...compilerOptions,
    customConditions: ['@arlen/source'],
    typeRoots: [join(root, 'node_modules/@types')],
  }
  writeFileSync(config, JSON.stringify({ compilerOptions: options, files }))
  const output = await new Promise<string>(resolve => {
    execFile(process.execPath, [compiler, '--pretty', 'false', '-p', config], { cwd: root }, (_, stdout) =>
      resolve(stdout),
    )
  })
  return output
    .split('\n')
    .filter(line => line.includes('example-types-'))
    .map(line => relative(root, line))
    .join('\n')
}
