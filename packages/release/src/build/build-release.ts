import { existsSync } from 'node:fs'
import { chmod, mkdir, mkdtemp, realpath, rename, rm, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { type OptionTable, option, readOptions } from '@arlen/core/options'
import { buildViews } from '@arlen/view'
import { loadConfig } from 'arlen'
import { releaseError } from '../errors.ts'
import { interruptible } from '../interruptible.ts'
import { makeFolder } from '../make-folder.ts'
import { describeEntry, listFiles } from '../manifest/list-files.ts'
import {
  FORMAT_VERSION,
  MANIFEST,
  type Manifest,
  manifestText,
  type Platform,
  type ReleaseEntry,
} from '../manifest/manifest.ts'
import { explainSystemErrors } from '../target/explain.ts'
import { both } from './both.ts'
import { compressAssets } from './compress-assets.ts'
import { installDependencies } from './dependencies.ts'
import { currentCommit } from './git.ts'
import { writeLauncher } from './launcher.ts'
import { describeMigrations } from './migrations.ts'
import { hasNativeModules } from './native-modules.ts'
import { readApplicationPackage, reducePackageJson } from './package-json.ts'
import { currentPlatform, readPlatform } from './platform.ts'
import { requireWholeLinks } from './require-whole-links.ts'
import { rewriteTemplates } from './rewrite-templates.ts'
import { installedPackages, writeSbom } from './sbom.ts'
import { seal, unseal } from './seal.ts'
import { copySources, selectSources } from './sources.ts'

/** Options of {@link buildRelease}. */
export interface BuildReleaseOptions {
  /** The application's folder. Default: the working directory. */
  root?: string | undefined
  /** The folder for releases. Default: `releases` below the application. */
  outDir?: string | undefined
  /** Builds even with uncommitted changes; the id then ends in `-dirty`. Default false. */
  allowDirty?: boolean | undefined
  /** Globs of files to exclude, in addition to tests, tool settings and files that begin with a dot. */
  exclude?: readonly string[] | undefined
  /** Globs of files to include although Git does not track them, such as a bundler's output. */
  include?: readonly string[] | undefined
  /**
   * Where its native modules are to run: `linux-x64`, `linux-arm64`, `linux-x64-musl`, `darwin-arm64`. Default: on machines like this one.
   */
  platforms?: readonly string[] | undefined
  /** Called when a step begins: `sources`, `templates`, `assets`, `dependencies`, `seal`. */
  onStep?: ((step: string) => void) | undefined
}

const OPTIONS: OptionTable<BuildReleaseOptions> = {
  root: option.text,
  outDir: option.text,
  allowDirty: option.boolean,
  exclude: option.listOf(option.text),
  include: option.listOf(option.text),
  platforms: option.listOf(option.text),
  onStep: option.func,
}

/** What {@link buildRelease} has built. */
export interface BuiltRelease {
  /** The folder of the release. */
  dir: string
  manifest: Manifest
  /** Whether the same release already existed. */
  existed: boolean
}

/**
 * Builds a release of an application: everything it needs to run with Node.js alone, read-only, with a manifest of every
 * file. The same commit gives the same bytes.
 *
 * @throws app_missing, package_invalid, tree_dirty, commit_missing, source_invalid, source_collision, source_unsupported, import_missing, link_outside, link_broken, lockfile_missing,
 *   manager_unsupported, install_failed, platform_unknown, platform_missing, platforms_differ, cli_missing, release_exists; step_failed if the disk is full or may not be written; ArlenError of a template or a
 *   configuration with a mistake
 */
export async function buildRelease(given: BuildReleaseOptions = {}): Promise<BuiltRelease> {
  const options = readOptions('buildRelease()', given, OPTIONS)
  return explainSystemErrors('build', 'Nothing was built', () => interruptible(signal => build(options, signal)))
}

async function build(options: BuildReleaseOptions, signal: AbortSignal): Promise<BuiltRelease> {
  const folder = resolve(options.root ?? '.')
  const root = await realpath(folder).catch(() => folder) // a missing folder has no package.json either
  const application = await readApplicationPackage(root)
  if (!('@arlen/cli' in application.dependencies)) throw releaseError('cli_missing', { root })
  const { exclude = [], include = [], allowDirty = false, onStep = () => {} } = options
  const platforms = readPlatforms(options.platforms)
  const { paths, dirty } = await selectSources({ root, exclude, include, allowDirty })
  if (!paths.some(path => /^(?:src\/)?app\.[tj]s$/.test(path))) {
    throw releaseError('app_missing', { root, file: 'app.ts' })
  }
  const commit = await currentCommit(root)
  const time = commit?.time ?? new Date(Number(process.env.SOURCE_DATE_EPOCH ?? 0) * 1000)
  const id = releaseId(time, commit?.id, dirty)
  const outDir = resolve(options.outDir ?? join(root, 'releases'))
  await makeFolder(outDir)
  // Next to its final place, so that only a rename remains; hidden, so that it is not taken for a release.
  const work = await mkdtemp(join(outDir, '.build-'))
  const out = join(work, id)
  try {
    await mkdir(out)
    onStep('sources')
    await copySources(root, paths, out)
    await reducePackageJson(out)
    await writeLauncher(out)
    const { config } = loadConfig({ root, env: {}, environment: 'production', lenient: true })
    // The package manager has a processor of its own.
    const installed = installDependencies(root, join(work, 'install'), out, platforms, signal)
    const compile = async () => {
      onStep('templates')
      await compileTemplates(join(out, config.views.dir), [config.views.layout, config.mail.layout])
      onStep('assets')
      if (config.static.dir !== '') await compressAssets(join(out, config.static.dir))
      onStep('dependencies')
    }
    await both(compile(), installed)
    signal.throwIfAborted()
    requireWholeLinks(out)
    onStep('seal')
    const packages = installedPackages(out)
    await writeSbom(out, { name: application.name, version: application.version }, time, packages)
    await seal(out, time)
    const manifest: Manifest = {
      formatVersion: FORMAT_VERSION,
      id,
      application: { name: application.name, version: application.version },
      commit: { id: commit?.id ?? null, time: time.toISOString(), dirty },
      node: {
        range: application.nodeRange ?? `>=${process.versions.node.split('.')[0]}`,
        checked: process.versions.node,
      },
      arlen: Object.fromEntries(
        packages.filter(({ name }) => /^(?:@arlen\/|arlen$)/.test(name)).map(({ name, version }) => [name, version]),
      ),
      platforms: hasNativeModules(out) ? (platforms ?? [currentPlatform()]) : [],
      migrations: await describeMigrations(out),
      files: entriesOf(out),
    }
    return await publish(out, join(outDir, id), manifest, time)
  } finally {
    await unseal(work)
    // What a package manager has started may live a little longer than it.
    await rm(work, { recursive: true, force: true, maxRetries: 5 })
  }
}

function releaseId(time: Date, commit: string | undefined, dirty: boolean): string {
  const stamp = time
    .toISOString()
    .replace(/\.\d+Z$/, 'Z')
    .replaceAll(/[-:]/g, '')
  return `${stamp}-${commit?.slice(0, 12) ?? 'uncommitted'}${dirty && commit ? '-dirty' : ''}`
}

/** @param layouts - those of pages and mails that name none; empty for none */
async function compileTemplates(dir: string, layouts: readonly string[]): Promise<void> {
  if (!existsSync(dir)) return // an application without pages and mail
  await buildViews({ dir, outDir: dir, layouts: layouts.filter(layout => layout !== '') })
  await rewriteTemplates(dir)
}

function readPlatforms(names: readonly string[] | undefined): Platform[] | undefined {
  if (names === undefined || names.length === 0) return undefined
  return [...new Map(names.map(name => [name, readPlatform(name.trim())])).values()]
}

function entriesOf(out: string): Record<string, ReleaseEntry> {
  return Object.fromEntries(listFiles(out).map(path => [path, describeEntry(out, path)]))
}

/** Moves a finished release to its place. An existing one must be identical. */
async function publish(out: string, dir: string, manifest: Manifest, time: Date): Promise<BuiltRelease> {
  if (existsSync(join(dir, MANIFEST))) {
    const difference = differenceOf(entriesOf(dir), manifest.files)
    if (difference !== undefined) throw releaseError('release_exists', { dir, difference })
    return { dir, manifest, existed: true }
  }
  await chmod(out, 0o755)
  await writeFile(join(out, MANIFEST), manifestText(manifest), { mode: 0o444 })
  await seal(out, time)
  await chmod(out, 0o755) // only root can move a read-only folder
  await rename(out, dir)
  await seal(dir, time)
  return { dir, manifest, existed: false }
}

function differenceOf(
  before: Readonly<Record<string, ReleaseEntry>>,
  now: Readonly<Record<string, ReleaseEntry>>,
): string | undefined {
  for (const path of new Set([...Object.keys(before), ...Object.keys(now)])) {
    if (!(path in before)) return `${path} is new`
    if (!(path in now)) return `${path} is gone`
    if (JSON.stringify(before[path]) !== JSON.stringify(now[path])) return `${path} is not the same`
  }
  return undefined
}
