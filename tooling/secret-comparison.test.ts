import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'

const ROOT = join(import.meta.dirname, '..')
const folder = mkdtempSync(join(tmpdir(), 'arlen-lint-'))
writeFileSync(
  join(folder, 'biome.json'),
  JSON.stringify({ plugins: [join(ROOT, 'tooling/lint/secret-comparison.grit')], linter: { enabled: true } }),
)
afterAll(() => rmSync(folder, { recursive: true }))

/** Whether the rule finds a comparison of secrets in a line. */
function isRefused(line: string): boolean {
  writeFileSync(join(folder, 'example.ts'), `${line}\n`)
  const lint = spawnSync(join(ROOT, 'node_modules/.bin/biome'), ['lint', 'example.ts'], {
    cwd: folder,
    encoding: 'utf8',
  })
  const output = lint.stdout + lint.stderr
  expect(output).toContain('Checked 1 file')
  return output.includes('Compare secrets with safeEqual()')
}

test('the rule is in the configuration of the repository', () => {
  const { plugins } = JSON.parse(readFileSync(join(ROOT, 'biome.json'), 'utf8')) as { plugins: string[] }
  expect(plugins).toContain('./tooling/lint/secret-comparison.grit')
})

test.each([
  'export const ok = (token: string, given: string) => token === given',
  'export const ok = (a: { passwordDigest: string }, given: string) => a.passwordDigest !== given',
  'export const ok = (given: string, csrfToken: string) => given == csrfToken',
  'export const ok = (given: string, signature: string) => given.trim() != signature',
])('lint refuses %s', line => {
  expect(isRefused(line)).toBe(true)
})

test.each([
  'export const ok = (token: string | undefined) => token === undefined',
  'export const ok = (token: unknown) => typeof token === "string"',
  "export const ok = (token: string) => token !== ''",
  'export const ok = (tokens: string[], count: number) => tokens.length === count',
])('lint takes %s', line => {
  expect(isRefused(line)).toBe(false)
})
