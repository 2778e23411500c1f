import { globSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { arlen } from './arlen.ts'
import { problemsOfCompose } from './compose.ts'
import { problemsOfManifests } from './kubernetes.ts'

const ROOT = join(import.meta.dirname, '../..')
const folder = realpathSync(mkdtempSync(join(tmpdir(), 'arlen-manifests-')))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** The fenced blocks of the documentation that are of a kind. */
const inDocuments = (kind: RegExp) =>
  globSync(['docs/**/*.md', 'packages/*/README.md', 'packages/create-arlen/templates/*/*.md'], {
    cwd: ROOT,
    exclude: path => path.includes('node_modules'),
  }).flatMap(page =>
    [...readFileSync(join(ROOT, page), 'utf8').matchAll(/^```ya?ml\n([\s\S]*?)^```$/gm)]
      .map(([, text]) => ({ page, text: text! }))
      .filter(({ text }) => kind.test(text)),
  )

/** What `arlen generate` writes into applications of several kinds. */
const applications = {
  'with a database': { name: 'shop', files: ['db/migrations/0001_x.sql'] },
  'without a database': { name: '@strickland/shop', files: [] },
  'by pnpm': { name: 'shop', files: ['db/migrations/0001_x.sql', 'pnpm-lock.yaml'] },
  'with a name that Kubernetes and Docker refuse': { name: 'My_Shop.2', files: ['db/migrations/0001_x.sql'] },
}
const generated = await Promise.all(
  Object.entries(applications).map(async ([kind, { name, files }], index) => {
    const root = join(folder, String(index))
    mkdirSync(join(root, 'db/migrations'), { recursive: true })
    if (files.length === 0) rmSync(join(root, 'db'), { recursive: true })
    for (const file of files) writeFileSync(join(root, file), 'select 1;')
    writeFileSync(join(root, 'package.json'), JSON.stringify({ name }))
    for (const what of ['kubernetes', 'compose']) await arlen(root, 'generate', what)
    return { kind, root }
  }),
)

describe('manifests of Kubernetes fit the published schemas', () => {
  const documented = inDocuments(/^apiVersion:/m)

  test('those of the documentation', async () => {
    expect(documented.map(({ page }) => page)).toContain('docs/deploy/containers.md')
    for (const { page, text } of documented) expect([page, ...(await problemsOfManifests(text))]).toEqual([page])
  })

  test.each(generated)('those that are generated, $kind', async ({ root }) => {
    const files = globSync('deploy/*.yaml', { cwd: root })
    expect(files).toContain('deploy/kubernetes.yaml')
    for (const file of files) {
      expect([file, ...(await problemsOfManifests(readFileSync(join(root, file), 'utf8')))]).toEqual([file])
    }
  })

  test.each([
    ['wrong values', 'replicas: 2', 'replicas: two', '/spec/replicas: type integer'],
    [
      'fields that there are not',
      'readinessProbe:',
      'redinessProbe:',
      '/spec/template/spec/containers/0/redinessProbe is no field of it',
    ],
    ['missing fields', / {2}selector:\n.*\n/, '', '/spec: required selector'],
    ['unknown kinds', 'kind: Deployment', 'kind: Deploymint', 'there is no schema for apps/v1 Deploymint'],
  ])('%s would be noticed', async (_, from, to, problem) => {
    const text = readFileSync(join(generated[0]!.root, 'deploy/kubernetes.yaml'), 'utf8').split('---')[0]!
    expect(await problemsOfManifests(text)).toEqual([])
    expect(await problemsOfManifests(text.replace(from, to))).toContainEqual(expect.stringContaining(problem))
  })

  test.each(generated)('and their names are names for Kubernetes, $kind', ({ root }) => {
    const names = [...readFileSync(join(root, 'deploy/kubernetes.yaml'), 'utf8').matchAll(/^ *(?:- )?name: (\S+)$/gm)]
    expect(names.length).toBeGreaterThan(3)
    for (const [, name] of names) expect(name).toMatch(/^[a-z]([-a-z0-9]*[a-z0-9])?$/)
  })
})

describe('Compose files fit the schema of the specification', () => {
  const templates = globSync('packages/create-arlen/templates/*/compose.yaml', { cwd: ROOT }).map(path =>
    join(ROOT, path),
  )

  test('those of new applications, and those that are generated', () => {
    const files = [...templates, ...generated.map(({ root }) => join(root, 'compose.yaml'))]
    expect(files.length).toBeGreaterThan(5)
    for (const file of files) expect([file, ...problemsOfCompose(readFileSync(file, 'utf8'))]).toEqual([file])
  })

  test('those of the documentation', () => {
    const documented = inDocuments(/^services:/m)
    expect(documented.flatMap(({ text }) => problemsOfCompose(text))).toEqual([])
  })

  test.each([
    ['image: &image', 'imag: &image', 'must NOT have additional properties imag'],
    ['read_only: true', 'read_only: [yes]', '/services/app/read_only must be'],
  ])('%j as %j would be noticed', (from, to, problem) => {
    const text = readFileSync(templates[0]!, 'utf8')
    expect(problemsOfCompose(text)).toEqual([])
    expect(problemsOfCompose(text.replace(from, to))).toContainEqual(expect.stringContaining(problem))
  })
})
