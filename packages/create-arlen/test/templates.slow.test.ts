import { execFile } from 'node:child_process'
import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { buildViews } from '@arlen/view'
import { describe, expect, test } from 'vitest'

const run = promisify(execFile)
const root = join(import.meta.dirname, '../../..')
const workspace = readFileSync(join(root, 'pnpm-workspace.yaml'), 'utf8')

describe.each(['full', 'api', 'lite'])('the template %s', name => {
  const folder = join(import.meta.dirname, '../templates', name)
  const env = { ...process.env, NODE_OPTIONS: '--conditions=@arlen/source', ARLEN_ENV: 'test' }

  test('has no type error, its pages included', async () => {
    const views = join(folder, '.arlen/views')
    rmSync(views, { recursive: true, force: true })
    if (name === 'full') {
      const { warnings } = await buildViews({ dir: join(folder, 'templates'), outDir: views })
      expect(warnings).toEqual([])
    }
    const args = ['-p', folder, '--customConditions', '@arlen/source']
    const { stdout } = await run(join(root, 'node_modules/.bin/tsc'), args).catch(error => error)
    expect(stdout).toBe('')
  })

  test('passes its own tests', async () => {
    const { scripts } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
    const { stdout } = await run('sh', ['-c', scripts.test], { cwd: folder, env }).catch(error => error)
    expect(stdout).toMatch(/^(ℹ|#) fail 0$/m)
    expect(stdout).not.toMatch(/^(ℹ|#) pass 0$/m)
  })

  test('takes the versions that are tested here', () => {
    const { dependencies, devDependencies } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
    for (const [dependency, range] of Object.entries<string>({ ...dependencies, ...devDependencies })) {
      if (range === 'workspace:^') continue
      const version = new RegExp(`^  "?${dependency}"?: (.+)$`, 'm').exec(workspace)?.[1]
      expect([dependency, range.replace(/^\^/, '')]).toEqual([dependency, version])
    }
  })
})
