import { execFile, execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { test as base, beforeEach, expect, onTestFinished } from 'vitest'
import { writeDecided } from '../perf/decided.ts'
import { forgetChecked, writeChecked } from './checked.ts'
import { refusals, SIGNERS } from './gate.ts'
import { git } from './git.ts'
import { writeIdentity } from './identity.ts'

const canSign = spawnSync('ssh-keygen', ['-?']).error === undefined
const test = base.skipIf(!canSign)

// A small repository that could be published from: one package, one commit, checked, with a signed tag.
let root: string
let head: string
beforeEach(async () => {
  if (!canSign) return
  root = mkdtempSync(join(tmpdir(), 'arlen-gate-'))
  const folder = root
  onTestFinished(() => rmSync(folder, { recursive: true }))
  mkdirSync(join(root, 'packages/one'), { recursive: true })
  mkdirSync(join(root, '.github'))
  write('.gitignore', '.arlen/\n/key*\n')
  write('package.json', json({ repository: { url: url() }, homepage: url(), bugs: { url: url() } }))
  write('packages/one/package.json', json({ name: 'one', version: '1.0.0' }))
  writeIdentity(root)
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(root, 'key')])
  write(SIGNERS, `# those who may\na@example.com ${readFileSync(join(root, 'key.pub'), 'utf8')}`)
  await git(root, 'init', '--quiet', '--initial-branch', 'main')
  const key = {
    'gpg.format': 'ssh',
    'user.signingkey': join(root, 'key'),
    'user.name': 'A',
    'user.email': 'a@example.com',
  }
  for (const [name, value] of Object.entries(key)) await git(root, 'config', name, value)
  head = await commit()
  pass(head)
  await git(root, 'tag', '--sign', '--message', 'v1.0.0', 'v1.0.0')
})

/** As `make check` and `make perf` do. */
function pass(commit: string): void {
  writeChecked(root, commit)
  writeDecided(root, commit)
}

test('a checked commit with a signed tag is published', async () => {
  expect(await refusals(root)).toEqual([])
})

test('nothing is published while it is not said where the project lives', async () => {
  write('package.json', json({ repository: { url: '' }, homepage: url(), bugs: { url: '' } }))
  const [line, ...more] = await refusals(root)
  expect(line).toMatch(/^fill in "repository.url", "bugs.url" in .*package.json/)
  expect(more).toEqual([])
})

test('the script of the release says why it refuses, and fails', async () => {
  write('package.json', '{}')
  const script = join(import.meta.dirname, 'publish.ts')
  const failed = await promisify(execFile)(process.execPath, ['--conditions=@arlen/source', script], {
    cwd: root,
  }).catch(error => error)
  expect(failed.code).toBe(1)
  expect(failed.stderr).toMatch(/^publishing refused: fill in "repository.url", "homepage", "bugs.url" in .*\n$/)
})

test('nothing is published from a commit that was not checked', async () => {
  forgetChecked(root)
  expect(await refusals(root)).toEqual([`\`make check\` has not passed on ${head}: run it`])
  write('README.md', 'later\n')
  const later = await commit()
  writeDecided(root, later)
  writeChecked(root, head)
  await git(root, 'tag', '--sign', '--force', '--message', 'v1.0.0', 'v1.0.0')
  expect(await refusals(root)).toEqual([`\`make check\` has not passed on ${later}, but on ${head}: run it`])
})

test('nothing is published from a commit whose speed was not decided on', async () => {
  write('README.md', 'later\n')
  const later = await commit()
  writeChecked(root, later)
  await git(root, 'tag', '--sign', '--force', '--message', 'v1.0.0', 'v1.0.0')
  expect(await refusals(root)).toEqual([`\`make perf\` has not decided on ${later}, but on ${head}: run it`])
})

test('nothing is published from files that differ from the commit', async () => {
  write('README.md', 'not committed\n')
  expect(await refusals(root)).toEqual([expect.stringContaining('commit or discard them')])
})

test('a tag that is missing, unsigned, signed by someone else or elsewhere is refused', async () => {
  await git(root, 'tag', '--delete', 'v1.0.0')
  expect(await refusals(root)).toEqual([expect.stringContaining('there is no tag v1.0.0')])
  await git(root, 'tag', '--annotate', '--message', 'unsigned', 'v1.0.0')
  expect(await refusals(root)).toEqual([expect.stringContaining('v1.0.0 is not signed by anybody in')])
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(root, 'key-of-a-stranger')])
  const stranger = ['-c', `user.signingkey=${join(root, 'key-of-a-stranger')}`]
  await git(root, ...stranger, 'tag', '--sign', '--force', '--message', 'v1.0.0', 'v1.0.0')
  expect(await refusals(root)).toEqual([expect.stringContaining('v1.0.0 is not signed by anybody in')])
  write('README.md', 'later\n')
  pass(await commit())
  expect(await refusals(root)).toEqual([expect.stringContaining(`v1.0.0 is a tag of ${head}`)])
})

test('a repository without signers publishes nothing', async () => {
  write(SIGNERS, '# nobody yet\n')
  pass(await commit())
  expect(await refusals(root)).toEqual([expect.stringContaining('nobody may sign releases yet')])
})

test('packages of several versions are refused', async () => {
  mkdirSync(join(root, 'packages/two'))
  write('packages/two/package.json', json({ name: 'two', version: '1.0.1' }))
  writeIdentity(root)
  expect(await refusals(root)).toEqual([expect.stringContaining('different versions (1.0.0, 1.0.1)')])
})

function url(): string {
  return 'https://code.example/arlen'
}

function json(value: object): string {
  return `${JSON.stringify(value, null, 2)}\n`
}

function write(path: string, text: string): void {
  writeFileSync(join(root, path), text)
}

async function commit(): Promise<string> {
  await git(root, 'add', '--all')
  await git(root, 'commit', '--quiet', '--message', 'change')
  return git(root, 'rev-parse', 'HEAD')
}
