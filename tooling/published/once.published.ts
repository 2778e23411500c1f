import { execFile } from 'node:child_process'
import { mkdtempSync, realpathSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { catalogVersion, PACKAGES, ROOT } from './published.ts'
import { nodeBinary, User, writeProject } from './user.ts'

// Independent of the cell: manifests, and messages for an old Node.js or another framework.
const registry = inject('registry')
const folder = realpathSync(mkdtempSync(join(tmpdir(), 'arlen-published-')))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe.each(PACKAGES)('the published $name', ({ name }) => {
  // As the registry has it.
  const tarball = join(folder, `${name.replaceAll('/', '-')}.tgz`)
  beforeAll(async () => {
    const document = (await (await fetch(new URL(encodeURIComponent(name), registry.url))).json()) as Packument
    const { dist } = Object.values(document.versions)[0]!
    writeFileSync(tarball, Buffer.from(await (await fetch(dist.tarball)).arrayBuffer()))
  })

  test('has nothing for publint to complain of', async () => {
    const { code, output } = await run('publint', tarball, '--strict')
    expect([code, output]).toEqual([0, expect.stringContaining('All good!')])
  })

  test('has types that every resolution finds (attw)', async () => {
    const { code, output } = await run(
      'attw',
      tarball,
      '--profile',
      'esm-only',
      '--format',
      'ascii',
      '--no-emoji',
      '--no-color',
    )
    expect([code, output]).toEqual([0, expect.stringContaining('bundler: OK')])
  })
})

interface Packument {
  versions: Record<string, { dist: { tarball: string } }>
}

/** Runs a program of this repository. */
function run(program: string, ...args: string[]): Promise<{ code: unknown; output: string }> {
  return promisify(execFile)(join(ROOT, 'node_modules/.bin', program), args).then(
    ({ stdout }) => ({ code: 0, output: stdout }),
    error => ({ code: error.code, output: error.stdout + error.stderr }),
  )
}

describe('a Node.js that is too old', () => {
  const project = join(folder, 'old')
  afterAll(() => rmSync(project, { recursive: true, force: true }))
  let user: User
  beforeAll(async () => {
    user = await User.create({ node: '22.22.0', packageManager: 'npm' }, project, registry)
    const dependencies = {
      '@arlen/cli': 'latest',
      '@arlen/boomhauer': 'latest',
      '@arlen/propane': 'latest',
      'create-arlen': 'latest',
    }
    writeProject(project, { 'package.json': { name: 'old', private: true, type: 'module', dependencies } })
    await user.install(project)
    unlinkSync(join(project, 'bin/node'))
    symlinkSync(await nodeBinary('20.20.2'), join(project, 'bin/node'))
  })

  test.each([
    ['arlen', 'boomhauer'],
    ['arlen', 'propane'],
    ['arlen', '--help'],
    ['boomhauer'],
    ['propane', 'app.js'],
    ['create-arlen', 'shop', '--yes'],
  ])('is refused by %s %s with one line', async (program, ...args) => {
    const { code, output } = await user.run(project, [join(project, 'node_modules/.bin', program), ...args])
    expect([code, output]).toEqual([1, expect.stringMatching(/^[\w-]+: Node\.js 20\.20\.2 lacks [^\n]+\n$/)])
  })
})

describe('another framework that is given middleware of Arlen’s own', () => {
  const project = join(folder, 'frameworks')
  afterAll(() => rmSync(project, { recursive: true, force: true }))
  let user: User
  beforeAll(async () => {
    user = await User.create({ node: '22.22.0', packageManager: 'pnpm' }, project, registry)
    const dependencies = {
      '@arlen/session': 'latest',
      '@arlen/security': 'latest',
      express: catalogVersion('express'),
      fastify: catalogVersion('fastify'),
    }
    writeProject(project, {
      'package.json': { name: 'frameworks', private: true, type: 'module', dependencies },
      'express.ts': `import { generateSecret, session } from '@arlen/session'
        import express from 'express'
        const app = express()
        app.use(session({ secrets: [generateSecret()], secure: false }) as never)
        app.get('/', (_, res) => { res.send('x') })
        const server = app.listen(0, '127.0.0.1', async () => {
          const { port } = server.address() as { port: number }
          const response = await fetch('http://127.0.0.1:' + port, { signal: AbortSignal.timeout(20_000) })
          console.log(response.status, await response.text())
          server.close()
        })`,
      'fastify.ts': `import { generateSecret, session } from '@arlen/session'
        import Fastify from 'fastify'
        const app = Fastify()
        app.addHook('onRequest', session({ secrets: [generateSecret()], secure: false }) as never)
        app.get('/', () => 'x')
        await app.listen({ port: 0, host: '127.0.0.1' })
        const { port } = app.server.address() as { port: number }
        const response = await fetch('http://127.0.0.1:' + port, { signal: AbortSignal.timeout(20_000) })
        console.log(response.status, await response.text())
        await app.close()`,
    })
    await user.install(project)
  })

  test.each(['express', 'fastify'])('gets an error from %s instead of hanging', async framework => {
    const { output } = await user.run(project, ['node', `${framework}.ts`])
    expect(output).not.toContain('TimeoutError')
    expect(output).toContain(`@arlen/session/${framework}`)
  })
})
