import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Diagnostic } from '@arlen/core'
import { suggest } from '@arlen/core/options'
import { diagnose } from '@arlen/error-report'
import { placeProblems } from './config-problems.ts'
import type { TemplateFolders } from './protocol.ts'

/** A template that wraps all pages or mails, and the setting that names it. */
interface DefaultLayout {
  name: string
  path: readonly string[]
  /** The file or variable that sets it. */
  source: string
}

interface ConfiguredViews {
  dir: string
  layouts: readonly DefaultLayout[]
}

/** The parts used here of `arlen`, if the application uses it. */
interface Arlen {
  loadConfig: (options: { root: string; environment: string; lenient: true }) => {
    config: { apiOnly: boolean; views: { dir: string } }
    settings: readonly { path: readonly string[]; value: unknown; source: string }[]
  }
}

const LAYOUTS = ['views.layout', 'mail.layout']

/** Compiles the templates with the settings that `arlen check` and a release use, and returns what their compiler warns of. */
export async function compileTemplates({ dir, outDir }: TemplateFolders, root: string): Promise<Diagnostic[]> {
  const configured = await configuredViews(root)
  const folder = join(root, dir ?? configured?.dir ?? 'templates')
  if (!existsSync(folder)) return []
  const { buildViews } = await import('@arlen/view')
  const isThere = ({ name }: DefaultLayout) =>
    ['.html.ets', '.ets'].some(extension => existsSync(join(folder, name + extension)))
  const { there = [], missing = [] } = Object.groupBy(configured?.layouts ?? [], layout =>
    isThere(layout) ? 'there' : 'missing',
  )
  const { warnings, names } = await buildViews({ dir: folder, outDir, layouts: there.map(({ name }) => name) })
  return [
    ...missing.map(layout => missingLayout(layout, names, root)),
    ...warnings.flatMap(warning => diagnose({ diagnostics: [warning] }, { root })),
  ]
}

/** What the configuration says of templates; undefined if there is none, or it is invalid: then the start reports it. */
async function configuredViews(root: string): Promise<ConfiguredViews | undefined> {
  try {
    const { resolve } = createRequire(join(root, 'package.json'))
    const { loadConfig } = (await import(pathToFileURL(resolve('arlen')).href)) as Arlen
    const { config, settings } = loadConfig({ root, environment: environmentName(), lenient: true })
    const layouts = settings.flatMap(({ path, value, source }) =>
      LAYOUTS.includes(path.join('.')) && typeof value === 'string' && value !== ''
        ? [{ name: value, path, source }]
        : [],
    )
    return { dir: config.views.dir, layouts }
  } catch {
    return undefined
  }
}

function missingLayout({ name, path, source }: DefaultLayout, names: readonly string[], root: string): Diagnostic {
  const near = suggest(name, names)
  const message = `${path.join('.')}: there is no template "${name}"${near === undefined ? '.' : `; did you mean "${near}"?`}`
  const report: Diagnostic = { stage: 'config', severity: 'warning', message }
  const [placed] = placeProblems(report, [{ path, source, message }], root, environmentName())
  return diagnose({ diagnostics: [{ ...report, ...placed?.at }] }, { root })[0]!
}

function environmentName(): string {
  return process.env.ARLEN_ENV || process.env.NODE_ENV || 'development'
}
