import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, inject, onTestFinished, test } from 'vitest'
import { User, writeProject } from '../published/user.ts'
import { Clients, probe } from './clients.ts'
import { Container, type ContainerOptions } from './container.ts'
import { readGuide } from './guide.ts'
import { Image } from './image.ts'

const obstacle = inject('obstacle')
const { dockerfile, dockerignore, pod } = readGuide()
const [asked] = pod.spec.containers

/** An application of someone who has read the guide. */
const APP = `import express from 'express'
const app = express()
app.get(['/livez', '/readyz'], (request, response) => response.send('ok'))
app.use((request, response) => {
  request.resume().on('end', () => setTimeout(() => response.send('guide'), Number(request.query.ms ?? 0)))
})
export default app
`

describe.skipIf(obstacle)(`the image of the guide${obstacle ? ` (${obstacle})` : ''}`, () => {
  let folder: string
  let image: Image

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'arlen-guide-'))
    const registry = inject('registry')
    const app = join(folder, 'app')
    writeProject(app, {
      'package.json': {
        name: 'shop',
        private: true,
        type: 'module',
        dependencies: { '@arlen/propane': 'latest', express: '5' },
        devDependencies: { picocolors: '1' },
      },
      'app.js': APP,
      'app.test.js': '',
      Dockerfile: dockerfile,
      '.dockerignore': dockerignore,
      '.env': 'SECRET=1',
      '.env.production': 'SECRET=1',
      '.git/HEAD': 'ref: refs/heads/main',
      'coverage/index.html': '',
    })
    const user = await User.create(
      { node: process.versions.node, packageManager: 'npm' },
      join(folder, 'user'),
      registry,
    )
    await user.must(app, ['npm', 'install'])
    image = await Image.build({ folder: app, npmrc: registry.env.NPM_CONFIG_USERCONFIG! })
  })
  afterAll(async () => {
    await image?.remove()
    rmSync(folder, { recursive: true, force: true })
  })

  const start = (options: ContainerOptions) => {
    const container = new Container(image, options)
    onTestFinished(() => container.remove())
    return container
  }

  test('has production dependencies and the application, and nothing that .dockerignore names', async () => {
    expect(image.has('app/app.js')).toBe(true)
    expect(image.has('app/node_modules/express')).toBe(true)
    expect(image.has('app/node_modules/picocolors')).toBe(false)
    for (const path of ['app.test.js', '.env', '.env.production', '.git', 'coverage']) {
      expect(image.has(join('app', path)), path).toBe(false)
    }
  })

  test('is less than 200 MB to download', async () => {
    const bytes = await image.compressedBytes()
    console.log(`${(bytes / 1e6).toFixed(1)} MB compressed`)
    expect(bytes).toBeLessThan(200e6)
  })

  test('starts by its own command on a read-only root, and its health check passes', async () => {
    const container = start({ tmpfs: ['/tmp'] })
    await container.said(/serving on http:\/\/0\.0\.0\.0:3000/)
    expect(await probe(container, 3000, '/')).toBe(200)
    const { Healthcheck, User: user } = image.config
    expect(user).toBe('node')
    expect(await container.exec(Healthcheck!.Test.slice(1))).toMatchObject({
      code: 0,
      output: expect.stringContaining('serve'),
    })
    expect(await container.stop()).toBe(0)
    expect(container.output).not.toMatch(/"level":"(?:warn|error)"/)
  })

  test('takes options of propane as arguments, as in docker run', async () => {
    const container = start({ tmpfs: ['/tmp'], args: ['--workers', '1', '--host', '0.0.0.0', '--port', '3001'] })
    await container.said(/serving on http:\/\/0\.0\.0\.0:3001 with 1 workers/)
    expect(await container.stop()).toBe(0)
  })

  describe('as the pod', () => {
    const options: ContainerOptions = {
      args: asked.args,
      env: { KUBERNETES_SERVICE_HOST: '10.0.0.1' },
      user: asked.securityContext.runAsUser,
      tmpfs: asked.volumeMounts.map(({ mountPath }) => mountPath),
      memoryBytes: 2 ** 30 * Number(/^(\d+)Gi$/.exec(asked.resources.limits.memory)![1]),
    }

    test('runs as its user, with nothing writable but its volumes, and answers probes and metrics', async () => {
      const container = start(options)
      await container.said(/serving on/)
      const { readinessProbe, livenessProbe } = asked
      expect(await probe(container, readinessProbe.httpGet.port, readinessProbe.httpGet.path)).toBe(200)
      expect(await probe(container, livenessProbe.httpGet.port, livenessProbe.httpGet.path)).toBe(200)
      expect(await probe(container, 9464, '/metrics')).toBe(200)
      expect((await container.exec(['id', '-u'])).output.trim()).toBe('1000')
      expect((await container.exec(['touch', '/app/x'])).output).toContain('Read-only file system')
      expect((await container.exec(['touch', '/tmp/x'])).code).toBe(0)
      const privileges = (await container.exec(['grep', '-E', '^(NoNewPrivs|CapBnd|Uid)', '/proc/1/status'])).output
      expect(privileges).toMatch(/Uid:\s+1000\s+1000\s+1000\s+1000\nCapBnd:\s+0+\nNoNewPrivs:\s+1/)
      expect((await container.exec(['node_modules/.bin/propane', 'status'])).output).toContain('generation 1')
      expect(await container.stop()).toBe(0)
    })

    test('is evicted under load: it is not ready at once, serves until traffic ends, and ends in its time', async () => {
      const container = start(options)
      await container.said(/serving on/)
      const clients = await Clients.start('http://127.0.0.1:3000', 16, [5, 5, 300], container)
      const begun = performance.now()
      const ended = container.stop(pod.spec.terminationGracePeriodSeconds * 1000)
      // What sends traffic learns of it when the probe has failed often enough.
      const { httpGet, periodSeconds, failureThreshold } = asked.readinessProbe
      for (let failures = 0; failures < failureThreshold; ) {
        await setTimeout(periodSeconds * 1000)
        if ((await probe(container, httpGet.port, httpGet.path)) === 503) failures++
      }
      const { answered, lost, statuses } = await clients.stop()
      expect(await ended).toBe(0)
      console.log(
        `evicted under load: 0 of ${answered} lost, ended after ${((performance.now() - begun) / 1000).toFixed(1)} s`,
      )
      expect(lost).toEqual([])
      expect(Object.keys(statuses)).toEqual(['200'])
      expect(answered).toBeGreaterThan(100)
    })

    test('is stopped by docker stop while clients go on: what it accepted is answered', async () => {
      const container = start({ ...options, args: [...asked.args, '--pre-stop-delay', '0', '--drain-timeout', '8s'] })
      await container.said(/serving on/)
      const clients = await Clients.start('http://127.0.0.1:3000', 16, [5, 5, 300], container)
      expect(await container.stop(10_000)).toBe(0)
      const { answered, lost } = await clients.stop()
      console.log(`docker stop under load: ${answered} answered`)
      expect(lost.filter(({ error }) => error !== 'ECONNREFUSED')).toEqual([])
    })
  })
})
