import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { finishChangeLogs, releaseNotes, unreleasedFolders } from './change-logs.ts'
import changelog from './changelog.ts'

test('a line of a change log is the author’s text, indented below its bullet', () => {
  expect(changelog.getReleaseLine({ summary: 'One.\n\nTwo:\n  three\n' })).toBe('- One.\n\n  Two:\n    three')
  expect(changelog.getDependencyReleaseLine()).toBe('')
})

test('a first release describes the package, without the history before it', () => {
  const root = workspace({ one: { version: '0.0.0' } })
  expect(unreleasedFolders(root)).toEqual(['packages/one'])
  write(root, 'one', { version: '0.1.0' }, '# one\n\n## 0.1.0\n\n### Minor Changes\n\n- No longer slow.\n')
  finishChangeLogs(root, ['packages/one'])
  expect(read(root, 'one')).toBe('# one\n\n## 0.1.0\n\nThe first release. Does one thing.\n')
})

test('a later release keeps its changes, and a version without any says so', () => {
  const changes = '### Patch Changes\n\n- Mended.\n'
  const root = workspace({
    one: { version: '1.1.0', log: `# one\n\n## 1.1.0\n\n## 1.0.0\n\n${changes}` },
    two: { version: '1.1.0', log: `# two\n\n## 1.1.0\n\n${changes}` },
  })
  expect(unreleasedFolders(root)).toEqual([])
  finishChangeLogs(root, [])
  const silence = 'Nothing changed here; all packages have one version.'
  expect(read(root, 'one')).toBe(`# one\n\n## 1.1.0\n\n${silence}\n\n## 1.0.0\n\n${changes}`)
  expect(read(root, 'two')).toBe(`# two\n\n## 1.1.0\n\n${changes}`)
  expect(releaseNotes(root)).toBe('## two\n\n#### Patch Changes\n\n- Mended.\n')
})

function workspace(packages: Record<string, { version: string; log?: string }>): string {
  const root = mkdtempSync(join(tmpdir(), 'arlen-change-logs-'))
  onTestFinished(() => rmSync(root, { recursive: true }))
  for (const [name, { version, log }] of Object.entries(packages)) {
    mkdirSync(join(root, 'packages', name), { recursive: true })
    write(root, name, { version }, log)
  }
  return root
}

function write(root: string, name: string, { version }: { version: string }, log?: string): void {
  const manifest = { name, version, description: 'Does one thing' }
  writeFileSync(join(root, 'packages', name, 'package.json'), JSON.stringify(manifest))
  if (log !== undefined) writeFileSync(join(root, 'packages', name, 'CHANGELOG.md'), log)
}

function read(root: string, name: string): string {
  return readFileSync(join(root, 'packages', name, 'CHANGELOG.md'), 'utf8')
}
