import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openShop } from './shop.ts'

const { t, person } = await openShop()

const COMMAND = join(import.meta.dirname, '../bin/set-role.ts')

function run(...args: string[]): Promise<{ code: number; text: string }> {
  return new Promise(resolve => {
    // With the database of the shop: openShop() has put it into the environment.
    execFile(process.execPath, ['--conditions=@arlen/source', COMMAND, ...args], (error, out, err) => {
      resolve({ code: Number(error?.code ?? 0), text: out + err })
    })
  })
}

test('makes a registered user an administrator', async () => {
  const hank = t.as(await person('Hank'))
  await hank.visit('/admin/orders').status(403)
  expect(await run('Hank@strickland.example', 'admin')).toMatchObject({ code: 0 })
  await hank.visit('/admin/orders').status(200)
})

test('rejects unknown users and unknown roles', async () => {
  const answers = await Promise.all([
    run('nobody@strickland.example', 'admin'),
    run('hank@strickland.example', 'owner'),
  ])
  expect(answers.map(({ code }) => code)).toEqual([1, 64])
  expect(answers[1].text).toContain('usage: set-role.ts EMAIL customer|admin')
})
