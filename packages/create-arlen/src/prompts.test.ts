import { PassThrough, Writable } from 'node:stream'
import { expect, test } from 'vitest'
import { ask } from './prompts.ts'

/** A terminal on which someone types, each key when the screen shows what is expected. */
function terminal(...keys: [shown: string | RegExp, typed: string][]) {
  const input = Object.assign(new PassThrough(), { isTTY: true, setRawMode: () => input })
  let screen = ''
  const output = new Writable({
    write(chunk: Buffer, _, done) {
      screen += chunk.toString()
      const next = keys[0]
      if (next && screen.search(next[0]) >= 0) {
        keys.shift()
        screen = ''
        setImmediate(() => input.write(next[1]))
      }
      done()
    },
  })
  return { input, output: Object.assign(output, { columns: 80, rows: 24 }) }
}

test('asks for the name and the kind of application', async () => {
  const answers = await ask(
    { name: undefined, template: undefined },
    terminal([/called/, 'shop'], [/shop/, '\r'], [/build/, '\x1b[B'], [/api/, '\r']),
  )
  expect(answers).toEqual({ name: 'shop', template: 'api' })
})

test('asks for nothing that was given', async () => {
  expect(await ask({ name: 'shop', template: 'lite' })).toEqual({ name: 'shop', template: 'lite' })
  expect(await ask({ name: undefined, template: 'lite' }, terminal([/called/, '\r']))).toEqual({
    name: 'my-app',
    template: 'lite',
  })
})

test('says at once what is wrong with a name', async () => {
  const answers = ask(
    { name: undefined, template: 'full' },
    terminal([/called/, 'A'], [/A/, '\r'], [/lowercase letter/, '\x7f'], [/called/, 'b\r']),
  )
  expect(await answers).toMatchObject({ name: 'b' })
})

test('is left when it is aborted, at either question', async () => {
  for (const flags of [
    { name: undefined, template: undefined },
    { name: 'shop', template: undefined },
  ]) {
    const controller = new AbortController()
    const shown = flags.name === undefined ? 'called' : 'build'
    const { input, output } = terminal()
    const write = output.write.bind(output)
    output.write = ((chunk: Buffer, ...rest: []) => {
      if (chunk.toString().includes(shown)) setImmediate(() => controller.abort())
      return write(chunk, ...rest)
    }) as typeof output.write
    await expect(ask(flags, { input, output, signal: controller.signal })).rejects.toMatchObject({
      code: 'interrupted',
    })
  }
})

test('is left by Ctrl-C', async () => {
  const answers = ask({ name: undefined, template: undefined }, terminal([/called/, '\x03']))
  await expect(answers).rejects.toMatchObject({ code: 'interrupted' })
})
