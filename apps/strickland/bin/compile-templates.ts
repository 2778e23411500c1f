/** Compiles the templates to `.arlen/views`, so that TypeScript checks them with everything else (`pnpm typecheck`). */
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { buildViews } from '@arlen/view'
import { loadConfig } from 'arlen'

const root = join(import.meta.dirname, '..')
const outDir = join(root, '.arlen/views')

rmSync(outDir, { recursive: true, force: true })
const { views, mail } = loadConfig({ root, environment: 'development' }).config
const layouts = [views.layout, mail.layout]
const { warnings } = await buildViews({ dir: join(root, views.dir), outDir, layouts })
for (const { file, line, column, message } of warnings) console.warn(`${file}:${line}:${column}: ${message}`)
