import assert from 'node:assert/strict'
import { globSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { writeDecided } from '../../perf/decided.ts'
import type { Registry } from '../../registry/registry.ts'
import { cleanCommit, writeChecked } from '../checked.ts'
import { publishedVersions, refusals } from '../gate.ts'
import { publishedFolders } from '../identity.ts'
import type { Clone } from './clone.ts'

type Say = (line: string) => void

/** The obstacles between this commit and a release, each removed in turn. */
export async function showRefusals(clone: Clone, say: Say): Promise<void> {
  const { folder } = clone
  const first = () => refusals(folder).then(lines => lines[0] ?? '')
  await refused(first, 'pnpm run version', say)
  await clone.run('pnpm', 'run', 'version')
  await refused(first, 'commit', say)
  await commit(clone)
  await refused(first, '`make check` has not passed', say)
  writeChecked(folder, await head(folder))
  await refused(first, '`make perf` has not decided', say)
  writeDecided(folder, await head(folder))
  await refused(first, 'there is no tag', say)
  await clone.git('tag', '--annotate', '--message', 'unsigned', await tagOf(folder))
  await refused(first, 'not signed', say)
  const { code } = await clone.run('pnpm', 'run', 'release').then(
    () => ({ code: 0 }),
    () => ({ code: 1 }),
  )
  assert.equal(code, 1, 'a release that is refused must fail')
}

/** Signs, publishes, and checks what the registry has afterwards. */
export async function release(clone: Clone, registry: Registry, say: Say): Promise<void> {
  const version = await publish(clone)
  const boms = globSync('.arlen/sbom/*.cdx.json', { cwd: clone.folder })
  const folders = publishedFolders(clone.folder)
  assert.ok(boms.length >= folders.length, `bills of materials: ${boms.length} for ${folders.length} packages`)
  const published = await Promise.all(folders.map(folder => lookUp(clone, registry, folder)))
  for (const { name, tags, manifest, at } of published) {
    assert.equal(tags.latest, version, `${name} has ${JSON.stringify(tags)}`)
    assert.ok(manifest.repository && manifest.homepage && manifest.bugs, `${name} does not say where it lives`)
    for (const dependency of published.filter(other => other.name in (manifest.dependencies ?? {}))) {
      assert.ok(dependency.at <= at, `${name} was published before ${dependency.name}, which it depends on`)
      assert.equal(manifest.dependencies?.[dependency.name], version)
    }
  }
  say(
    `published ${folders.length} packages as ${version}, each after those it depends on; ${boms.length} bills of materials`,
  )
}

/** The next version as a release candidate: it has its own tag, so installing without a tag does not get it. */
export async function releaseCandidate(clone: Clone, registry: Registry, say: Say): Promise<void> {
  await clone.run('pnpm', 'exec', 'changeset', 'pre', 'enter', 'next')
  writeFileSync(
    join(clone.folder, '.changeset/rehearsed.md'),
    '---\n"@arlen/core": minor\n---\n\nA rehearsed change.\n',
  )
  const stable = publishedVersions(clone.folder)[0]
  await clone.run('pnpm', 'run', 'version')
  await commit(clone)
  writeChecked(clone.folder, await head(clone.folder))
  writeDecided(clone.folder, await head(clone.folder))
  const version = await publish(clone)
  assert.match(version, /-next\.0$/)
  for (const folder of publishedFolders(clone.folder)) {
    const { name, tags } = await lookUp(clone, registry, folder)
    assert.deepEqual({ latest: tags.latest, next: tags.next }, { latest: stable, next: version }, name)
  }
  const log = readFileSync(join(clone.folder, 'packages/core/CHANGELOG.md'), 'utf8')
  assert.match(log, /## \S+-next\.0\n\n### Minor Changes\n\n- A rehearsed change\.\n/)
  say(`published the candidate ${version} as next; latest is still ${stable}`)
}

async function publish(clone: Clone): Promise<string> {
  const tag = await tagOf(clone.folder)
  await clone.git('tag', '--sign', '--force', '--message', tag, tag)
  assert.deepEqual(await refusals(clone.folder), [])
  await clone.run('pnpm', 'run', 'release')
  return tag.slice(1)
}

async function refused(first: () => Promise<string>, expected: string, say: Say): Promise<void> {
  const line = await first()
  assert.ok(line.includes(expected), `expected a refusal with "${expected}", not "${line}"`)
  say(`refused: ${line}`)
}

async function commit(clone: Clone): Promise<void> {
  await clone.git('add', '--all')
  await clone.git('commit', '--quiet', '--message', 'Version packages')
}

async function head(folder: string): Promise<string> {
  const commit = await cleanCommit(folder)
  assert.ok(commit, `files in ${folder} differ from its commit`)
  return commit
}

async function tagOf(folder: string): Promise<string> {
  const versions = publishedVersions(folder)
  assert.equal(versions.length, 1, `one version for all: ${versions}`)
  return `v${versions[0]}`
}

interface Published {
  name: string
  tags: Record<string, string>
  manifest: { repository?: object; homepage?: string; bugs?: object; dependencies?: Record<string, string> }
  at: string
}

/** The checked part of a package's document in the registry. */
interface Packument {
  'dist-tags': Record<string, string>
  versions: Record<string, Published['manifest']>
  time: Record<string, string>
}

async function lookUp(clone: Clone, registry: Registry, folder: string): Promise<Published> {
  const { name } = JSON.parse(readFileSync(join(clone.folder, folder, 'package.json'), 'utf8'))
  const response = await fetch(new URL(encodeURIComponent(name), registry.url))
  assert.equal(response.status, 200, `${name} is not in the registry`)
  const { 'dist-tags': tags, versions, time } = (await response.json()) as Packument
  const { latest = '' } = tags
  return { name, tags, manifest: versions[latest] ?? {}, at: time[latest] ?? '' }
}
