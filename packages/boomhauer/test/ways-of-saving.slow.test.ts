import { once } from 'node:events'
import { linkSync, mkdirSync, renameSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { outcomeOf, TestFolder, TestServer } from './support.ts'

// However a program or a person writes a file that the application has loaded, the next request has what was written.

const APP = `import { servable } from './servable.js'
import { own } from './src/own.ts'
import { linked } from './linked/shared.ts'
import { outside } from 'OUTSIDE/outside.ts'
import data from './src/data.json' with { type: 'json' }
export default servable((req, res) => res.end([own, linked, outside, data.text].join(' ')))
`
const exporting = (name: string, text: string) => `export const ${name} = ${JSON.stringify(text)}\n`

let elsewhere: TestFolder
let app: TestServer
beforeAll(async () => {
  elsewhere = new TestFolder(
    {
      'shared/shared.ts': exporting('linked', 'linked'),
      'outside.ts': exporting('outside', 'outside'),
    },
    false,
  )
  app = new TestServer(
    {
      'app.ts': APP.replace('OUTSIDE', elsewhere.root),
      'src/own.ts': exporting('own', 'own'),
      'src/data.json': '{ "text": "data" }',
    },
    false,
  )
  symlinkSync(elsewhere.path('shared'), app.path('linked'))
  await app.start({}, false)
  expect((await app.get()).body).toBe('own linked outside data')
})
afterAll(async () => {
  await app.server.close()
  app.delete()
  elsewhere.delete()
})

/** Changes files and waits for the build that comes of it. @returns what the application then answers */
async function after(change: () => void): Promise<string> {
  const building = once(app.server, 'building')
  change()
  await building
  await outcomeOf(app.server)
  return (await app.get()).body
}

const own = () => app.path('src/own.ts')
let count = 0
/** A text that is new. */
const fresh = () => `v${++count}`

describe('a file is', () => {
  test.each<[string, (text: string) => void]>([
    ['written in place', text => writeFileSync(own(), text)],
    [
      'written beside and renamed over the old one, as vim and JetBrains do',
      text => {
        writeFileSync(`${own()}.tmp`, text)
        renameSync(`${own()}.tmp`, own())
      },
    ],
    [
      'moved away as a backup and written anew, as emacs does',
      text => {
        renameSync(own(), `${own()}~`)
        writeFileSync(own(), text)
        rmSync(`${own()}~`)
      },
    ],
    [
      'deleted and made again',
      text => {
        rmSync(own())
        writeFileSync(own(), text)
      },
    ],
    [
      'emptied and then written',
      text => {
        writeFileSync(own(), '')
        writeFileSync(own(), text)
      },
    ],
    [
      'replaced by a link to another one',
      text => {
        app.write('src/other.ts', text)
        rmSync(own())
        symlinkSync(app.path('src/other.ts'), own())
      },
    ],
    [
      'replaced by a hard link',
      text => {
        app.write('src/another.ts', text)
        rmSync(own())
        linkSync(app.path('src/another.ts'), own())
      },
    ],
    [
      'in a folder that is replaced as a whole, as by a checkout',
      text => {
        mkdirSync(app.path('next'))
        app.write('next/own.ts', text)
        app.write('next/data.json', '{ "text": "data" }')
        renameSync(app.path('src'), app.path('former'))
        renameSync(app.path('next'), app.path('src'))
        rmSync(app.path('former'), { recursive: true })
      },
    ],
    [
      'written with the time and the length of the old one',
      text => {
        writeFileSync(own(), text)
        utimesSync(own(), 1_000, 1_000)
      },
    ],
  ])('%s', async (_way, write) => {
    const text = fresh()
    expect(await after(() => write(exporting('own', text)))).toBe(`${text} linked outside data`)
    // And is watched from then on as before.
    const next = fresh()
    expect(await after(() => writeFileSync(own(), exporting('own', next)))).toBe(`${next} linked outside data`)
    expect(await after(() => writeFileSync(own(), exporting('own', 'own')))).toBe('own linked outside data')
  })
})

test('files outside the folder that the application has loaded are followed, through links too', async () => {
  expect(await after(() => elsewhere.write('outside.ts', exporting('outside', 'away')))).toBe('own linked away data')
  expect(await after(() => elsewhere.write('shared/shared.ts', exporting('linked', 'joined')))).toBe(
    'own joined away data',
  )
  expect(await after(() => app.write('linked/shared.ts', exporting('linked', 'linked')))).toBe('own linked away data')
  expect(await after(() => elsewhere.write('outside.ts', exporting('outside', 'outside')))).toBe(
    'own linked outside data',
  )
})

test('JSON that was imported is followed', async () => {
  expect(await after(() => app.write('src/data.json', '{ "text": "more" }'))).toBe('own linked outside more')
  expect(await after(() => app.write('src/data.json', '{ "text": "data" }'))).toBe('own linked outside data')
})

test('a name whose case changes is another name: the failure says so, and changing it back mends it', async () => {
  const broken = await after(() => renameSync(own(), app.path('src/Own.ts')))
  expect(broken).toContain("Did you mean './src/Own.ts'?")
  expect(await after(() => renameSync(app.path('src/Own.ts'), own()))).toBe('own linked outside data')
})

test('a folder that goes and comes back, with everything in it', async () => {
  expect(await after(() => renameSync(app.path('src'), app.path('away')))).toContain('src/own.ts')
  expect(await after(() => renameSync(app.path('away'), app.path('src')))).toBe('own linked outside data')
})

test('a link that leads elsewhere from now on', async () => {
  elsewhere.write('shared-2/shared.ts', exporting('linked', 'second'))
  const swap = (to: string) => {
    rmSync(app.path('linked'))
    symlinkSync(elsewhere.path(to), app.path('linked'))
  }
  expect(await after(() => swap('shared-2'))).toBe('own second outside data')
  expect(await after(() => swap('shared'))).toBe('own linked outside data')
})

test('two hundred files that change together are a few builds, not one for each', async () => {
  const names = Array.from({ length: 200 }, (_, i) => `src/many/file${i}.ts`)
  const write = (version: number) => {
    for (const [i, name] of names.entries()) app.write(name, exporting(`v${i}`, `${version}`))
  }
  write(1)
  const imports = names.map((name, i) => `import { v${i} } from './${name}'`).join('\n')
  const all = `${imports}\n${app.read('app.ts').replace('[own,', `[v0, v199, own,`)}`
  expect(await after(() => app.write('app.ts', all))).toBe('1 1 own linked outside data')
  let builds = 0
  const counting = () => builds++
  app.server.on('building', counting)
  await after(() => write(2))
  await expect.poll(async () => (await app.get()).body).toBe('2 2 own linked outside data')
  app.server.off('building', counting)
  // One or two, and one more for each pause that a busy machine makes in writing or noticing them. See batcher.test.ts.
  expect(builds).toBeLessThanOrEqual(10)
})
